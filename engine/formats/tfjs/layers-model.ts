/** A layers model (Keras: Sequential or Functional, also one inside another) as what the importer walks over. */
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { anyObject, excerpt, parseWith } from '../../json.ts';
import { onnxLimits } from '../onnx/limits.ts';
import type { Side, SourceModel, SourceNode, SourceValue } from '../onnx/source.ts';
import type { Constant } from '../onnx/tensor.ts';
import type { TfjsDocument } from './document.ts';
import { type Ends, inboundCalls, type KerasCall, keptTensors } from './keras-tensors.ts';
import type { TfjsWeights } from './weights.ts';

export type Config = Readonly<Record<string, unknown>>;

export interface KerasNode extends SourceNode {
  readonly config: Config;
  /** A weight by its role (`kernel`), if the manifest has it. */
  readonly weight: (role: string) => Constant | undefined;
}

const layerSchema = v.looseObject({
  class_name: v.string(),
  name: v.optional(v.string()),
  config: v.optional(v.union([anyObject, v.array(v.unknown())]), {}),
  inbound_nodes: v.optional(v.array(v.unknown()), []),
});

type JsonLayer = v.InferOutput<typeof layerSchema>;

const modelSchema = v.looseObject({
  name: v.optional(v.string()),
  layers: v.pipe(v.array(layerSchema), v.maxLength(onnxLimits.nodes)),
  input_layers: v.optional(v.unknown()),
  output_layers: v.optional(v.unknown()),
});

/** A model in a model in a model. */
const MAX_DEPTH = 16;

const modelClasses: ReadonlySet<string> = new Set(['Sequential', 'Model', 'Functional']);

/** @throws EngineError `invalid-model` */
export function readLayersModel({ modelTopology }: TfjsDocument, weights: TfjsWeights): SourceModel<KerasNode> {
  const topology = modelTopology.model_config ?? modelTopology;
  const root = parseWith(layerSchema, topology, 'invalid-model', ['modelTopology']);
  if (!modelClasses.has(root.class_name)) {
    const expected = [...modelClasses].join(', ');
    throw new EngineError('invalid-model', `the model is a ${excerpt(root.class_name)}, expected one of ${expected}`);
  }
  const reader = new LayersReader(weights);
  const { inputs, outputs } = reader.read(root, [], undefined);
  return {
    name: '',
    inputs: inputs.map((name) => reader.inputs.get(name) as SourceValue),
    outputs: outputs.map((name) => ({ name })),
    hints: new Map(),
    nodes: reader.nodes,
    initializers: { has: () => false, get: noInitializer },
  };
}

const noInitializer = (name: string): never => {
  throw new EngineError('invalid-model', `there is no value ${excerpt(name)}`);
};

const nameOf = (layer: JsonLayer): string => {
  const own = Array.isArray(layer.config) ? undefined : (layer.config as Config).name;
  return typeof own === 'string' && own !== '' ? own : (layer.name ?? layer.class_name);
};

/** The value that a call of a layer makes: the layer's name, from the second call on with its number. */
const callName = (path: string, call: number): string => (call === 0 ? path : `${path}/call_${call}`);

class LayersReader {
  readonly nodes: KerasNode[] = [];
  readonly inputs = new Map<string, SourceValue>();
  private readonly weights: TfjsWeights;

  constructor(weights: TfjsWeights) {
    this.weights = weights;
  }

  /**
   * @param scope names of the models around this one
   * @param given values to take for its inputs; undefined of the outermost model
   */
  read(model: JsonLayer, scope: readonly string[], given: readonly string[] | undefined): Ends {
    if (scope.length > MAX_DEPTH)
      throw new EngineError('limit-exceeded', `models are nested more than ${MAX_DEPTH} deep`);
    const config = Array.isArray(model.config) ? { layers: model.config } : model.config;
    const parsed = parseWith(modelSchema, config, 'invalid-model', ['modelTopology', ...scope]);
    const ends = model.class_name === 'Sequential' ? this.readChain(parsed.layers, scope, given) : undefined;
    if (ends) return ends;
    const path = (name: string) => [...scope, name].join('/');
    const named = (call: KerasCall) => callName(path(call.layer), call.node);
    const ins = keptTensors(parsed.input_layers).map(named);
    const outs = keptTensors(parsed.output_layers).map(named);
    if (given && given.length !== ins.length) {
      throw new EngineError(
        'invalid-model',
        `model ${excerpt(scope.at(-1))} takes ${ins.length} inputs, got ${given.length}`,
      );
    }
    for (const layer of parsed.layers) {
      const name = path(nameOf(layer));
      if (layer.class_name === 'InputLayer') {
        this.addInput(layer, name, given?.[ins.indexOf(name)]);
        continue;
      }
      layer.inbound_nodes.forEach((inbound, call) => {
        this.addCall(layer, scope, callName(name, call), inboundCalls(inbound).map(named));
      });
    }
    return { inputs: ins, outputs: outs };
  }

  /** Layers one behind the other; the first one says the shape, where no InputLayer does. */
  private readChain(
    layers: readonly JsonLayer[],
    scope: readonly string[],
    given: readonly string[] | undefined,
  ): Ends {
    const [first] = layers;
    if (!first) throw new EngineError('invalid-model', 'a Sequential model has no layers');
    const path = (name: string) => [...scope, name].join('/');
    const isDeclared = first.class_name === 'InputLayer';
    const input = isDeclared ? path(nameOf(first)) : path(`${nameOf(first)}_input`);
    this.addInput(first, input, given?.[0]);
    let value = input;
    for (const layer of isDeclared ? layers.slice(1) : layers) {
      const name = path(nameOf(layer));
      this.addCall(layer, scope, name, [value]);
      value = name;
    }
    return { inputs: [input], outputs: [value] };
  }

  private addInput(layer: JsonLayer, name: string, given: string | undefined): void {
    if (given !== undefined) {
      this.nodes.push(passing(name, given));
      return;
    }
    const shape = inputShape(layer);
    this.inputs.set(name, { name, type: 'float32', typeName: 'float32', shape });
  }

  private addCall(layer: JsonLayer, scope: readonly string[], output: string, inputs: readonly string[]): void {
    if (this.nodes.length >= onnxLimits.nodes) {
      throw new EngineError('limit-exceeded', `the model has more than ${onnxLimits.nodes} layers`);
    }
    if (modelClasses.has(layer.class_name)) {
      // Every call has values of its own.
      const call = scope.length === 0 ? output : output.slice(scope.join('/').length + 1);
      const inner = this.read(layer, [...scope, call], inputs);
      this.nodes.push(passing(output, inner.outputs[0] ?? ''));
      return;
    }
    const config = Array.isArray(layer.config) ? {} : (layer.config as Config);
    const name = nameOf(layer);
    this.nodes.push({
      name: output,
      type: layer.class_name,
      domain: '',
      inputs,
      outputs: [output],
      config,
      weight: (role) => this.weightOf(scope, name, role),
    });
  }

  /** `layer/kernel`; some writers put the models around it in front, whose names need not be those of the configuration. */
  private weightOf(scope: readonly string[], layer: string, role: string): Constant | undefined {
    const own = `${layer}/${role}`;
    const whole = [...scope, own].join('/');
    const exact = [whole, own].find((name) => this.weights.has(name));
    if (exact !== undefined) return this.weights.get(exact);
    const ending = [...this.weights.names].filter((name) => name.endsWith(`/${own}`));
    if (ending.length > 1) {
      throw new EngineError(
        'invalid-model',
        `weights ${ending.map((name) => excerpt(name)).join(', ')} all end in ${own}`,
      );
    }
    return ending[0] === undefined ? undefined : this.weights.get(ending[0]);
  }
}

/** A value under another name. */
const passing = (name: string, value: string): KerasNode => ({
  name,
  type: 'InputLayer',
  domain: '',
  inputs: [value],
  outputs: [name],
  config: {},
  weight: () => undefined,
});

/** `null` is any side. A model in front says it in its own first layer. */
function inputShape({ config, class_name }: JsonLayer, depth = 0): readonly Side[] | undefined {
  const entries: Config = Array.isArray(config) ? { layers: config } : config;
  const shape = entries.batch_input_shape ?? entries.batch_shape;
  if (Array.isArray(shape)) {
    return shape.map((side): Side => (Number.isInteger(side) && side >= 0 ? side : undefined));
  }
  if (!modelClasses.has(class_name) || depth > MAX_DEPTH || !Array.isArray(entries.layers)) return undefined;
  const [first] = entries.layers;
  const inner = v.safeParse(layerSchema, first);
  return inner.success ? inputShape(inner.output, depth + 1) : undefined;
}
