/** Graph models, each of them about one subject: every output is one form of it. */
import { attr, type Fixture, type GraphModel, graph } from './fixture.ts';

const { b, f, i, is, s, ss, type } = attr;

const window = (stride: number, padding: string, dilation = 1) => ({
  strides: is([1, stride, stride, 1]),
  dilations: is([1, dilation, dilation, 1]),
  padding: s(padding),
  data_format: s('NHWC'),
});

const pooled = (size: number, stride: number, padding: string) => ({
  ...window(stride, padding),
  ksize: is([1, size, size, 1]),
});

const fusedOps = (ops: readonly string[]) => ({
  fused_ops: ss(ops),
  num_args: i(ops.includes('Prelu') ? 2 : 1),
  leakyrelu_alpha: f(0.3),
});

const axes = (model: GraphModel, ...values: readonly number[]) => model.integers([values.length], values);

const convolution = graph('convolution', (m) => {
  const x = m.input('x', [1, 7, 8, 3]);
  const filter = m.seeded([3, 3, 3, 4]);
  for (const [stride, padding] of [
    [1, 'SAME'],
    [2, 'SAME'],
    [2, 'VALID'],
    [3, 'SAME'],
  ] as const) {
    m.out('Conv2D', [x, filter], window(stride, padding));
  }
  m.out('Conv2D', [x, filter], window(1, 'SAME', 2));
  m.out('Conv2D', [x, m.seeded([2, 2, 3, 2])], window(2, 'SAME'));
  m.out('Conv2D', [x, filter], { ...window(2, 'EXPLICIT'), explicit_paddings: is([0, 0, 1, 2, 0, 1, 0, 0]) });
  m.out('BiasAdd', [m.node('Conv2D', [x, filter], window(1, 'VALID')), m.seeded([4])]);
});

const depthwise = graph('depthwise', (m) => {
  const x = m.input('x', [1, 8, 7, 4]);
  m.out('DepthwiseConv2dNative', [x, m.seeded([3, 3, 4, 1])], window(1, 'SAME'));
  m.out('DepthwiseConv2dNative', [x, m.seeded([3, 3, 4, 1])], window(2, 'SAME'));
  m.out('DepthwiseConv2dNative', [x, m.seeded([3, 3, 4, 2])], window(1, 'VALID'));
  m.out('DepthwiseConv2dNative', [x, m.seeded([5, 5, 4, 1])], window(2, 'SAME'));
});

const fused = graph('fused', (m) => {
  const x = m.input('x', [1, 6, 6, 3]);
  const bias = m.seeded([4]);
  for (const activation of ['Relu', 'Relu6', 'Elu', 'Sigmoid', 'LeakyRelu']) {
    m.out('_FusedConv2D', [x, m.seeded([3, 3, 3, 4]), bias], {
      ...window(1, 'SAME'),
      ...fusedOps(['BiasAdd', activation]),
    });
  }
  m.out('_FusedConv2D', [x, m.seeded([1, 1, 3, 4]), bias], { ...window(1, 'VALID'), ...fusedOps(['BiasAdd']) });
  m.out('_FusedConv2D', [x, m.seeded([3, 3, 3, 4]), bias, m.seeded([4])], {
    ...window(2, 'SAME'),
    ...fusedOps(['BiasAdd', 'Prelu']),
  });
  m.out('FusedDepthwiseConv2dNative', [x, m.seeded([3, 3, 3, 1]), m.seeded([3])], {
    ...window(2, 'SAME'),
    ...fusedOps(['BiasAdd', 'Relu6']),
  });
});

const transposed = graph('transposed-convolution', (m) => {
  const x = m.input('x', [1, 4, 5, 3]);
  const filter = m.seeded([3, 3, 2, 3]);
  m.out('Conv2DBackpropInput', [axes(m, 1, 8, 10, 2), filter, x], window(2, 'SAME'));
  m.out('Conv2DBackpropInput', [axes(m, 1, 7, 9, 2), filter, x], window(2, 'SAME'));
  m.out('Conv2DBackpropInput', [axes(m, 1, 9, 11, 2), filter, x], window(2, 'VALID'));
  m.out('Conv2DBackpropInput', [axes(m, 1, 10, 12, 2), filter, x], window(2, 'VALID'));
  m.out('Conv2DBackpropInput', [axes(m, 1, 8, 10, 1), m.seeded([2, 2, 1, 3]), x], window(2, 'SAME'));
});

const pooling = graph('pooling', (m) => {
  const x = m.input('x', [1, 7, 8, 3]);
  for (const op of ['MaxPool', 'AvgPool']) {
    m.out(op, [x], pooled(2, 2, 'VALID'));
    m.out(op, [x], pooled(3, 2, 'SAME'));
    m.out(op, [x], pooled(3, 1, 'SAME'));
  }
});

const normalization = graph('normalization', (m) => {
  const x = m.input('x', [1, 4, 4, 3]);
  for (const op of ['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3']) {
    const inputs = [x, m.seeded([3]), m.seeded([3]), m.seeded([3]), m.seeded([3], 0.5, 1.5)];
    m.out(op, inputs, { epsilon: f(1e-3), is_training: b(false), data_format: s('NHWC') });
  }
});

const activations = graph('activations', (m) => {
  const x = m.input('x', [1, 3, 3, 4]);
  const far = m.node('Mul', [x, m.floats([], [8])]);
  for (const op of ['Relu', 'Relu6', 'Sigmoid', 'Tanh', 'Elu', 'Softmax', 'LogSoftmax', 'Softplus', 'Erf']) {
    m.out(op, [far], {});
  }
  m.out('LeakyRelu', [far], { alpha: f(0.1) });
  m.out('Prelu', [far, m.seeded([4])], {});
  m.out('Prelu', [far, m.seeded([3, 3, 4])], {});
  m.out('ClipByValue', [far, m.floats([], [-2]), m.floats([], [3])], {});
  m.out('Maximum', [far, m.floats([], [-1])], {});
  m.out('Minimum', [m.floats([], [2.5]), far], {});
});

const arithmetic = graph('arithmetic', (m) => {
  const x = m.input('x', [1, 3, 2, 4]);
  const y = m.input('y', [1, 3, 2, 4]);
  const positive = m.node('Add', [m.node('Square', [x]), m.floats([], [0.5])]);
  for (const op of ['Add', 'AddV2', 'Sub', 'Mul', 'Maximum', 'Minimum', 'SquaredDifference']) m.out(op, [x, y], {});
  for (const op of ['RealDiv', 'Div']) m.out(op, [x, positive], {});
  for (const op of ['Sqrt', 'Rsqrt', 'Log', 'Reciprocal']) m.out(op, [positive], {});
  for (const op of ['Exp', 'Neg', 'Abs', 'Floor', 'Ceil']) m.out(op, [x], {});
  m.out('Pow', [positive, m.floats([], [1.5])], {});
  m.out('AddN', [x, y, positive], {});
  m.out('Sub', [m.floats([], [1]), x], {});
  m.out('Mul', [x, m.seeded([4])], {});
  m.out('Mul', [m.seeded([1, 1, 1, 4]), x], {});
  m.out('Add', [x, m.seeded([3, 1, 1])], {});
  m.out('Mul', [x, m.node('Rsqrt', [m.seeded([4], 0.5, 1.5)])], {});
});

const reductions = graph('reductions', (m) => {
  const x = m.input('x', [1, 3, 5, 4]);
  for (const op of ['Mean', 'Max', 'Sum', 'Min']) {
    m.out(op, [x, axes(m, 1, 2)], { keep_dims: b(false) });
    m.out(op, [x, axes(m, 1, 2)], { keep_dims: b(true) });
    m.out(op, [x, axes(m, -1)], { keep_dims: b(true) });
    m.out(op, [x, axes(m, 1)], { keep_dims: b(false) });
  }
});

const matrices = graph('matrices', (m) => {
  const x = m.input('x', [1, 6]);
  const y = m.input('y', [1, 6]);
  m.out('MatMul', [x, m.seeded([6, 4])], { transpose_a: b(false), transpose_b: b(false) });
  m.out('MatMul', [x, m.seeded([4, 6])], { transpose_a: b(false), transpose_b: b(true) });
  m.out('MatMul', [x, y], { transpose_a: b(true), transpose_b: b(false) });
  const plain = { transpose_a: b(false), transpose_b: b(false) };
  m.out('_FusedMatMul', [x, m.seeded([6, 4]), m.seeded([4])], { ...plain, ...fusedOps(['BiasAdd', 'Relu']) });
  m.out('_FusedMatMul', [x, m.seeded([6, 4]), m.seeded([4])], { ...plain, ...fusedOps(['BiasAdd']) });
  const left = m.node('Reshape', [x, axes(m, 1, 2, 3)]);
  const right = m.node('Reshape', [y, axes(m, 1, 2, 3)]);
  m.out('BatchMatMulV2', [left, right], { adj_x: b(false), adj_y: b(true) });
  m.out('BatchMatMul', [left, right], { adj_x: b(true), adj_y: b(false) });
});

const shapes = graph('shapes', (m) => {
  const x = m.input('x', [1, 4, 6, 8]);
  m.out('Reshape', [x, axes(m, 1, -1, 8)], {});
  m.out('Reshape', [x, axes(m, 4, 48)], {});
  m.out('Transpose', [x, axes(m, 0, 3, 1, 2)], {});
  m.out('ExpandDims', [m.node('Reshape', [x, axes(m, 24, 8)]), m.integers([], [1])], {});
  const small = m.node('Mean', [x, axes(m, 1, 2)], { keep_dims: b(true) });
  m.out('Squeeze', [small], { squeeze_dims: is([1, 2]) });
  m.out('Pad', [x, m.integers([4, 2], [0, 0, 1, 2, 0, 3, 0, 0])], {});
  m.out('PadV2', [x, m.integers([4, 2], [0, 0, 1, 0, 0, 0, 0, 1]), m.floats([], [0.5])], {});
  m.out('MirrorPad', [x, m.integers([4, 2], [0, 0, 2, 1, 1, 2, 0, 0])], { mode: s('REFLECT') });
  m.out('MirrorPad', [x, m.integers([4, 2], [0, 0, 1, 1, 1, 0, 0, 0])], { mode: s('SYMMETRIC') });
  m.out('ConcatV2', [x, m.node('Neg', [x]), m.integers([], [3])], { N: i(2) });
  m.out('ConcatV2', [x, m.seeded([1, 2, 6, 8]), m.integers([], [1])], { N: i(2) });
  m.out('Pack', [x, m.node('Neg', [x])], { N: i(2), axis: i(0) });
  m.out('Concat', [m.integers([], [2]), x, m.node('StopGradient', [x])], { N: i(2) });
  m.out('BroadcastTo', [small, axes(m, 1, 2, 3, 8)], {});
  m.out('Neg', [m.node('PlaceholderWithDefault', [m.node('Snapshot', [x])])], {});
  m.out('Tile', [small, axes(m, 1, 2, 3, 1)], {});
  m.out('GatherV2', [x, axes(m, 3, 0, 5), m.integers([], [2])], { batch_dims: i(0) });
  const parts = m.node('Split', [m.integers([], [3]), x], { num_split: i(2) });
  m.out('Sub', [parts, `${parts}:1`], {});
  const sizes = m.node('SplitV', [x, axes(m, 1, 3, 2), m.integers([], [2])], { num_split: i(3) });
  m.out('Add', [sizes, `${sizes}:1`], {});
  const rows = m.node('Unpack', [x], { num: i(4), axis: i(1) });
  m.out('Mul', [rows, `${rows}:3`], {});
});

const slices = graph('slices', (m) => {
  const x = m.input('x', [1, 5, 6, 4]);
  m.out('Slice', [x, axes(m, 0, 1, 2, 0), axes(m, 1, 3, -1, 2)], {});
  const masks = (begin = 0, end = 0, ellipsis = 0, fresh = 0, shrink = 0) => ({
    begin_mask: i(begin),
    end_mask: i(end),
    ellipsis_mask: i(ellipsis),
    new_axis_mask: i(fresh),
    shrink_axis_mask: i(shrink),
  });
  const strided = (from: number[], to: number[], steps: number[], attributes: object) =>
    m.out('StridedSlice', [x, axes(m, ...from), axes(m, ...to), axes(m, ...steps)], { ...attributes });
  strided([0, 1, 0, 0], [0, 4, 0, 0], [1, 1, 2, 1], masks(0b1101, 0b1101));
  strided([0, 2], [0, 3], [1, 1], masks(0b1, 0b1, 0, 0, 0b10));
  strided([0, 0, -1], [0, 0, 0], [1, 1, 1], masks(0, 0, 0b10, 0, 0b100));
  strided([0, 0, 0], [0, 0, 0], [1, 1, 1], masks(0b101, 0b101, 0, 0b10));
  strided([0, -1, 0, 0], [1, 0, 6, 4], [1, -2, 1, 1], masks(0b10, 0b10));
});

const resizing = graph('resizing', (m) => {
  const x = m.input('x', [1, 4, 5, 2]);
  for (const op of ['ResizeBilinear', 'ResizeNearestNeighbor']) {
    for (const size of [
      [8, 10],
      [7, 3],
    ]) {
      const inputs = [x, axes(m, ...size)];
      m.out(op, inputs, { align_corners: b(false), half_pixel_centers: b(false) });
      m.out(op, inputs, { align_corners: b(true), half_pixel_centers: b(false) });
      m.out(op, inputs, { align_corners: b(false), half_pixel_centers: b(true) });
    }
  }
});

const blocks = graph('blocks', (m) => {
  const x = m.input('x', [1, 4, 6, 8]);
  m.out('DepthToSpace', [x], { block_size: i(2), data_format: s('NHWC') });
  const apart = m.node('SpaceToBatchND', [x, axes(m, 2, 2), m.integers([2, 2], [1, 1, 2, 2])]);
  const y = m.node('Conv2D', [apart, m.seeded([2, 2, 8, 3])], window(1, 'VALID'));
  m.out('BatchToSpaceND', [y, axes(m, 2, 2), m.integers([2, 2], [0, 1, 1, 0])], {});
});

/** A shape worked out at run time by exporters, and known at import. */
const shapeArithmetic = graph('shape-arithmetic', (m) => {
  const x = m.input('x', [1, 4, 6, 3]);
  const shape = m.node('Shape', [x], { out_type: type('DT_INT32') });
  const side = (place: number) =>
    m.node('StridedSlice', [shape, axes(m, place), axes(m, place + 1), axes(m, 1)], { shrink_axis_mask: i(1) });
  const twice = (place: number) => m.node('Mul', [side(place), m.integers([], [2])]);
  m.out('ResizeBilinear', [x, m.node('Pack', [twice(1), twice(2)], { N: i(2), axis: i(0) })], {
    align_corners: b(false),
    half_pixel_centers: b(true),
  });
  m.out('Reshape', [x, m.node('Pack', [side(0), m.integers([], [-1])], { N: i(2), axis: i(0) })], {});
  const number = (name: string) => m.node('Cast', [name], { SrcT: type('DT_INT32'), DstT: type('DT_FLOAT') });
  m.out('Mul', [x, number(m.node('FloorDiv', [twice(1), m.integers([], [3])]))], {});
  m.out('Mul', [x, number(m.node('Rank', [x]))], {});
  m.out('Mul', [x, number(m.node('Size', [x]))], {});
  m.out('Gather', [x, m.node('Range', [m.integers([], [0]), side(0), m.integers([], [1])])], {});
  const filled = m.node('Fill', [shape, m.floats([], [0.25])]);
  m.out('Sub', [x, m.node('Identity', [filled])], {});
});

const quantized = graph('quantized-weights', (m) => {
  const x = m.input('x', [1, 5, 5, 3]);
  m.out('Conv2D', [x, m.quantized([3, 3, 3, 4], 'uint8', 0.0078125, -1)], window(1, 'SAME'));
  m.out('Conv2D', [x, m.quantized([3, 3, 3, 4], 'uint16', 3.05e-5, -0.99)], window(1, 'SAME'));
  m.out('Conv2D', [x, m.quantized([3, 3, 3, 4], 'float16', 1, 0)], window(1, 'SAME'));
});

export const graphs: readonly Fixture[] = [
  convolution,
  depthwise,
  fused,
  transposed,
  pooling,
  normalization,
  activations,
  arithmetic,
  reductions,
  matrices,
  shapes,
  slices,
  resizing,
  blocks,
  shapeArithmetic,
  quantized,
];
