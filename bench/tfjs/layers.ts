/** Layers models (Keras), Sequential and Functional. */
import type { Shape } from '../../engine/tensor.ts';
import { type Fixture, Weights } from './fixture.ts';

type Json = Readonly<Record<string, unknown>>;

/** One layer: its class, its configuration, its weights by role. */
interface Layer {
  readonly type: string;
  readonly config: Json;
  readonly weights?: Readonly<Record<string, Shape>>;
}

const layer = (type: string, config: Json = {}, weights?: Layer['weights']): Layer => ({
  type,
  config,
  ...(weights && { weights }),
});

/** A Functional model under construction: every method returns the name of a layer. */
class Functional {
  readonly weights: Weights;
  readonly inputs = new Map<string, Shape>();
  readonly layers: Json[] = [];
  private readonly outputs: string[] = [];

  constructor(name: string) {
    this.weights = new Weights(name);
  }

  input(name: string, shape: Shape): string {
    this.inputs.set(name, shape);
    const config = { name, batch_input_shape: [null, ...shape.slice(1)], dtype: 'float32', sparse: false };
    this.layers.push({ class_name: 'InputLayer', name, config, inbound_nodes: [] });
    return name;
  }

  call({ type, config, weights }: Layer, ...inputs: readonly string[]): string {
    const name = `${type.toLowerCase()}_${this.layers.length}`;
    addWeights(this.weights, name, weights);
    const inbound = [inputs.map((input) => [input, 0, 0, {}])];
    this.layers.push({ class_name: type, name, config: { name, ...config }, inbound_nodes: inbound });
    return name;
  }

  out(made: Layer, ...inputs: readonly string[]): void {
    this.outputs.push(this.call(made, ...inputs));
  }

  fixture(name: string): Fixture {
    const ends = (names: Iterable<string>) => [...names].map((end) => [end, 0, 0]);
    const config = {
      name,
      layers: this.layers,
      input_layers: ends(this.inputs.keys()),
      output_layers: ends(this.outputs),
    };
    const document = documentOf('Functional', config, this.weights);
    return { name, inputs: this.inputs, outputs: this.outputs, document, weights: this.weights.bytes };
  }
}

const documentOf = (type: string, config: unknown, weights: Weights): object => ({
  format: 'layers-model',
  modelTopology: { keras_version: '2.13.1', backend: 'tensorflow', model_config: { class_name: type, config } },
  weightsManifest: weights.manifest,
});

/** Variances are positive. */
function addWeights(weights: Weights, name: string, roles: Layer['weights'] = {}): void {
  for (const [role, shape] of Object.entries(roles)) {
    weights.seeded(`${name}/${role}`, shape, role === 'moving_variance' ? 0.5 : -1, 1.5);
  }
}

function functional(name: string, build: (model: Functional) => void): Fixture {
  const model = new Functional(name);
  build(model);
  return model.fixture(name);
}

const conv = (filters: number, channels: number, config: Json): Layer =>
  layer(
    'Conv2D',
    { filters, kernel_size: [3, 3], use_bias: true, ...config },
    {
      kernel: [3, 3, channels, filters],
      bias: [filters],
    },
  );

const norm = (channels: number, config: Json = {}, roles: readonly string[] = ['gamma', 'beta']): Layer =>
  layer(
    'BatchNormalization',
    { axis: -1, epsilon: 1e-3, ...config },
    Object.fromEntries([...roles, 'moving_mean', 'moving_variance'].map((role) => [role, [channels]])),
  );

const convolutions = functional('layers-convolution', (m) => {
  const x = m.input('x', [1, 7, 8, 3]);
  m.out(conv(4, 3, { strides: [2, 2], padding: 'same', activation: 'relu' }), x);
  m.out(conv(4, 3, { padding: 'valid', dilation_rate: [2, 2], activation: 'tanh' }), x);
  m.out(
    layer(
      'DepthwiseConv2D',
      { kernel_size: [3, 3], depth_multiplier: 2, padding: 'same', use_bias: false },
      {
        depthwise_kernel: [3, 3, 3, 2],
      },
    ),
    x,
  );
  m.out(
    layer(
      'SeparableConv2D',
      { filters: 5, kernel_size: [3, 3], strides: [2, 2], padding: 'same', use_bias: true },
      {
        depthwise_kernel: [3, 3, 3, 1],
        pointwise_kernel: [1, 1, 3, 5],
        bias: [5],
      },
    ),
    x,
  );
  for (const padding of ['same', 'valid']) {
    m.out(
      layer(
        'Conv2DTranspose',
        { filters: 2, kernel_size: [3, 3], strides: [2, 2], padding, use_bias: true },
        {
          kernel: [3, 3, 2, 3],
          bias: [2],
        },
      ),
      x,
    );
  }
});

const norms = functional('layers-normalization', (m) => {
  const x = m.input('x', [1, 4, 4, 3]);
  m.out(norm(3), x);
  m.out(norm(3, { scale: false }, ['beta']), x);
  m.out(norm(3, { center: false, axis: [3] }, ['gamma']), x);
});

const activations = functional('layers-activation', (m) => {
  const x = m.input('x', [1, 4, 4, 6]);
  for (const activation of ['elu', 'relu', 'relu6', 'sigmoid', 'softplus', 'softsign', 'tanh', 'softmax', 'linear']) {
    m.out(layer('Activation', { activation }), x);
  }
  m.out(layer('Activation', { activation: 'hard_sigmoid' }), x);
  m.out(layer('Activation', { activation: 'swish' }), x);
  m.out(layer('ReLU', { max_value: 0.5 }), x);
  m.out(layer('ReLU', {}), x);
  m.out(layer('LeakyReLU', { alpha: 0.2 }), x);
  m.out(layer('ELU', { alpha: 1 }), x);
  m.out(layer('PReLU', { shared_axes: [1, 2] }, { alpha: [1, 1, 6] }), x);
  m.out(layer('Softmax', { axis: -1 }), x);
  for (const type of ['GaussianDropout', 'AlphaDropout']) {
    m.out(layer('Activation', { activation: 'relu' }), m.call(layer(type, { rate: 0.5 }), x));
  }
  m.out(layer('Activation', { activation: 'relu' }), m.call(layer('GaussianNoise', { stddev: 0.5 }), x));
});

const images = functional('layers-images', (m) => {
  const x = m.input('x', [1, 6, 7, 3]);
  for (const type of ['MaxPooling2D', 'AveragePooling2D']) {
    m.out(layer(type, { pool_size: [2, 2], strides: null, padding: 'valid' }), x);
    m.out(layer(type, { pool_size: [3, 3], strides: [2, 2], padding: 'same' }), x);
  }
  m.out(layer('GlobalAveragePooling2D'), x);
  m.out(layer('GlobalMaxPooling2D'), x);
  m.out(
    layer('ZeroPadding2D', {
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
    x,
  );
  m.out(
    layer('Cropping2D', {
      cropping: [
        [1, 0],
        [2, 1],
      ],
    }),
    x,
  );
  m.out(layer('UpSampling2D', { size: [2, 3], interpolation: 'nearest' }), x);
  m.out(layer('UpSampling2D', { size: [2, 2], interpolation: 'bilinear' }), x);
});

const merges = functional('layers-merge', (m) => {
  const x = m.input('x', [1, 3, 4, 2]);
  const y = m.input('y', [1, 3, 4, 2]);
  for (const type of ['Add', 'Multiply', 'Average', 'Maximum', 'Minimum']) m.out(layer(type), x, y);
  m.out(layer('Average'), x, y, m.call(layer('Activation', { activation: 'relu' }), x));
  m.out(layer('Concatenate', { axis: -1 }), x, y);
  m.out(layer('Concatenate', { axis: 1 }), x, y);
  m.out(layer('Rescaling', { scale: 2, offset: -1 }), x);
  m.out(layer('Permute', { dims: [3, 1, 2] }), x);
  m.out(layer('Reshape', { target_shape: [2, -1] }), x);
  m.out(layer('Flatten'), x);
});

const dense = (units: number, inputs: number, config: Json = {}): Layer =>
  layer('Dense', { units, use_bias: true, ...config }, { kernel: [inputs, units], bias: [units] });

const products = functional('layers-dense', (m) => {
  const x = m.input('x', [1, 3, 4]);
  m.out(dense(5, 4, { activation: 'relu' }), x);
  m.out(dense(3, 12, { activation: 'softmax' }), m.call(layer('Dropout', { rate: 0.5 }), m.call(layer('Flatten'), x)));
});

/** Layers one behind the other, the first of them with the shape. */
function chain(layers: readonly Layer[], shape: Shape, weights: Weights, prefix: string): readonly Json[] {
  return layers.map(({ type, config, weights: roles }, i) => {
    const name = `${prefix}${type.toLowerCase()}_${i}`;
    addWeights(weights, name, roles);
    const first = i === 0 ? { batch_input_shape: [null, ...shape.slice(1)] } : {};
    return { class_name: type, config: { name, ...first, ...config } };
  });
}

const backbone = [
  conv(4, 1, { padding: 'same', activation: 'relu' }),
  layer('MaxPooling2D', { pool_size: [2, 2], strides: [2, 2], padding: 'valid' }),
];
const head = [layer('Flatten'), layer('Dropout', { rate: 0.25 }), dense(3, 64, { activation: 'softmax' })];

function sequential(name: string, nested: boolean): Fixture {
  const weights = new Weights(name);
  const shape = [1, 8, 8, 1];
  const inner = chain(backbone, shape, weights, 'b_');
  const outer = chain(head, [1, 4, 4, 4], weights, 'h_').map(({ class_name, config }) => {
    const { batch_input_shape: _, ...rest } = config as Json;
    return { class_name, config: rest };
  });
  const body = { class_name: 'Sequential', config: { name: 'backbone', layers: inner } };
  const layers = nested ? [body, ...outer] : [...inner, ...outer];
  const document = documentOf('Sequential', { name, layers }, weights);
  const inputs = new Map([['x', shape]]);
  return { name, inputs, outputs: ['h_dense_2'], document, weights: weights.bytes };
}

export const layersModels: readonly Fixture[] = [
  convolutions,
  norms,
  activations,
  images,
  merges,
  products,
  sequential('layers-sequential', false),
  sequential('layers-nested', true),
];
