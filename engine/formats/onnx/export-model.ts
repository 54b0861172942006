/**
 * A model of ours → ONNX, operator set 20: names and shapes of inputs and outputs stay, a free batch stays free. Values of
 * eight bits are written as pairs of QuantizeLinear and DequantizeLinear (QDQ), weights of eight bits as a DequantizeLinear
 * of their levels.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { EngineError } from '../../errors.ts';
import {
  atNode,
  type Graph,
  type GraphNode,
  inferShapes,
  layerOf,
  type Reference,
  type Shapes,
  tensorName,
} from '../../graph.ts';
import type { OnnxInputs, OnnxValue, OnnxWriter } from '../../layers/onnx.ts';
import type { Model } from '../../model-file.ts';
import { biasLevels, channelScales } from '../../quantization/arithmetic.ts';
import type { Quantization } from '../../quantization/quantization.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { OnnxGraph } from './graph-writer.ts';
import { identity, permute, permuteData } from './layout.ts';
import { permutedLevels, scaleAxis } from './permuted.ts';
import { ModelProtoSchema, TensorProto_DataType, type ValueInfoProto, ValueInfoProtoSchema } from './schema/onnx_pb.js';

const OPSET = 20;
/** The version of the file format that came with operator set 20 (ONNX 1.15). */
const IR_VERSION = 9;

/**
 * Writes a model. What it says of itself beside its graph (labels, preprocessing, task) is no part of ONNX, and goes into
 * the file's metadata as JSON, from where an import takes it.
 * @throws EngineError `unsupported-model` naming node and kind for a layer that ONNX does not have
 */
export function exportOnnx({ card, graph, tensors }: Model): Uint8Array {
  const written = new Exporter(graph, tensors).write();
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: 'borde',
    opsetImport: [{ domain: '', version: BigInt(OPSET) }],
    graph: { name: card.name ?? 'model', ...written },
    metadataProps: [{ key: CARD_KEY, value: JSON.stringify(card) }],
  });
  return toBinary(ModelProtoSchema, model);
}

/** The entry of a file's metadata that holds a model card. */
export const CARD_KEY = 'borde';

/** [N,H,W,C] → [N,C,H,W] and back. */
const TO_CHANNELS_FIRST = [0, 3, 1, 2];
const TO_OWN = [0, 2, 3, 1];

class Exporter {
  private readonly graph: Graph;
  private readonly tensors: ReadonlyMap<string, Tensor>;
  private readonly shapes: Shapes;
  private readonly onnx: OnnxGraph;
  private readonly byId: ReadonlyMap<string, GraphNode>;
  /** What a value of ours is called in ONNX, in the orders in which it is there. */
  private readonly names = new Map<string, Partial<Record<OnnxValue['order'], string>>>();

  constructor(graph: Graph, tensors: ReadonlyMap<string, Tensor>) {
    this.graph = graph;
    this.tensors = tensors;
    this.shapes = inferShapes(graph, 1);
    this.byId = new Map(graph.nodes.map((node) => [node.id, node]));
    const reserved = [...graph.inputs, ...graph.outputs].map(({ name }) => name);
    this.onnx = new OnnxGraph(reserved);
  }

  write() {
    for (const { name } of this.graph.inputs) {
      this.onnx.startNode(name);
      this.names.set(name, { own: this.rounded(name, name) });
    }
    for (const node of this.graph.nodes) this.writeNode(node);
    const free = freeBatch(this.graph);
    const outputs = this.graph.outputs.map(({ name, from }) => {
      this.onnx.startNode(name);
      this.onnx.publish(this.in('own', from), name);
      return valueInfo(name, free(this.shapes.of(from), from));
    });
    const inputs = this.graph.inputs.map(({ name, shape }) =>
      valueInfo(
        name,
        shape.map((side) => (side === -1 ? 'N' : side)),
      ),
    );
    const { nodes, initializers } = this.onnx;
    return { node: nodes, initializer: initializers, input: inputs, output: outputs };
  }

  private writeNode(node: GraphNode): void {
    const { onnx } = layerOf(node);
    if (!onnx) {
      throw new EngineError('unsupported-model', `node "${node.id}": a ${node.kind} layer cannot be exported to ONNX`);
    }
    this.onnx.startNode(node.id);
    const { name, order } = atNode(node, () => onnx(this.writer(node)));
    this.names.set(node.id, { [order]: this.rounded(node.id, name) });
  }

  /** A value as its readers see it. A view is written with its levels once more: other engines look no further than that. */
  private rounded(reference: Reference, name: string): string {
    const quantization = this.quantizationOf(reference);
    return quantization ? this.onnx.quantized(name, quantization) : name;
  }

  private quantizationOf(reference: Reference): Quantization | undefined {
    const known = this.graph.quantization?.[reference];
    const node = this.byId.get(reference);
    const isView = node && (layerOf(node).view || layerOf(node).identityAtInference);
    return known ?? (isView ? this.quantizationOf(node.inputs[0] as Reference) : undefined);
  }

  /** A weight in ONNX's layout: its levels, or its f32 numbers. */
  private writeWeight(node: GraphNode, role: string, order: readonly number[], shape: Shape | undefined): string {
    const tensor = this.tensors.get(tensorName(node, role)) as Tensor;
    const name = `${node.id}.${role}`;
    const sides = shape ?? permute(tensor.shape, order);
    const levels = tensor.eightBit && permutedLevels({ ...tensor.eightBit, inner: 1 }, tensor.shape, order);
    if (levels?.scales.length === 1) return this.onnx.dequantized(name, sides, levels.levels, levels.scales, undefined);
    // Where no axis of ONNX's is the one of the scales, levels cannot be said.
    const axis = levels && scaleAxis(sides, levels);
    if (levels && axis !== undefined) return this.onnx.dequantized(name, sides, levels.levels, levels.scales, axis);
    return this.onnx.initializer(name, sides, permuteData(tensor.data, tensor.shape, order));
  }

  /** What a layer's sums of products are in units of, where input and filter are of eight bits. */
  private sumUnits(node: GraphNode): { readonly x: Quantization; readonly scales: Float32Array } | undefined {
    const { eightBit } = this.tensors.get(tensorName(node, 'filter')) ?? {};
    const x = this.quantizationOf(node.inputs[0] as Reference);
    return eightBit && x && layerOf(node).quantized ? { x, scales: eightBit.scales } : undefined;
  }

  /** A bias as integer kernels add it to their sums: thirty-two bits, in units of these. */
  private writeBias(
    node: GraphNode,
    { x, scales }: { readonly x: Quantization; readonly scales: Float32Array },
  ): string {
    const { shape, data } = this.tensors.get(tensorName(node, 'bias')) as Tensor;
    const levels = biasLevels(data, x, channelScales(scales, data.length));
    const units = scales.map((scale) => x.scale * scale);
    const isOne = units.length === 1;
    const perChannel = isOne ? units : channelScales(units, data.length);
    return this.onnx.dequantized(`${node.id}.bias`, shape, levels, perChannel, isOne ? undefined : 0);
  }

  /** The name of a value in an order, transposed where it is only there in the other. */
  private in(order: OnnxValue['order'], reference: string): string {
    const known = this.names.get(reference) as Partial<Record<OnnxValue['order'], string>>;
    const found = known[order];
    if (found !== undefined) return found;
    const [source, perm] = order === 'own' ? [known['channels first'], TO_OWN] : [known.own, TO_CHANNELS_FIRST];
    const name = this.onnx.node('Transpose', [source as string], { perm });
    this.names.set(reference, { ...known, [order]: name });
    return name;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer that parsed them
  private writer(node: GraphNode): OnnxWriter<any> {
    const tensorOf = (role: string) => this.tensors.get(tensorName(node, role));
    const input = (i: number) => node.inputs[i] as string;
    return {
      a: node.attributes,
      x: this.shapes.inputs(node),
      y: this.shapes.outputs(node)[0] as Shape,
      own: (i) => this.in('own', input(i)),
      image: (i) => this.in('channels first', input(i)),
      inputs: () => this.inputsOf(node),
      hasWeight: (role) => tensorOf(role) !== undefined,
      weight: (role, permutation, shape) => {
        const order = permutation ?? identity((tensorOf(role) as Tensor).shape.length);
        const units = role === 'bias' ? this.sumUnits(node) : undefined;
        const key = `${tensorName(node, role)} ${order.join()} ${shape?.join() ?? ''}`;
        if (!units) return this.onnx.shared(key, () => this.writeWeight(node, role, order, shape));
        return this.onnx.shared(`${key} in ${units.x.scale} × ${units.scales.join()}`, () =>
          this.writeBias(node, units),
        );
      },
      quantize: (name, quantization) => this.onnx.quantized(name, quantization),
      floats: (shape, data) => this.onnx.floats(shape, Float32Array.from(data)),
      integers: (values) => this.onnx.integers(values),
      node: (type, inputs, attributes) => this.onnx.node(type, inputs, attributes ?? {}),
    };
  }

  /** Channels first where all inputs are there like that and one of them only so; else as the engine has them. */
  private inputsOf(node: GraphNode): OnnxInputs {
    const known = node.inputs.map((reference) => this.names.get(reference) ?? {});
    const isImage = this.shapes.inputs(node).every((shape) => shape.length === 4);
    const isThere = known.every((names) => names['channels first'] !== undefined);
    const first = isImage && isThere && known.some((names) => names.own === undefined);
    const order = first ? 'channels first' : 'own';
    return {
      names: node.inputs.map((reference) => this.in(order, reference)),
      order,
      axis: (axis) => (first ? TO_CHANNELS_FIRST.indexOf(axis) : axis),
      list: (perAxis) => (first ? permute(perAxis, TO_CHANNELS_FIRST) : perAxis),
    };
  }
}

/** Tells the shapes of values for a batch that is free: `N` stands where the batch is. */
function freeBatch(graph: Graph): (shape: Shape, reference: string) => readonly (number | string)[] {
  const isFree = graph.inputs.some(({ shape }) => shape[0] === -1);
  if (!isFree) return (shape) => shape;
  const doubled = inferShapes(graph, 2);
  return (shape, reference) => shape.map((side, axis) => (doubled.of(reference)[axis] === side ? side : 'N'));
}

const valueInfo = (name: string, shape: readonly (number | string)[]): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: TensorProto_DataType.FLOAT,
          shape: {
            dim: shape.map((side) => ({
              value:
                typeof side === 'number'
                  ? { case: 'dimValue' as const, value: BigInt(side) }
                  : { case: 'dimParam' as const, value: side },
            })),
          },
        },
      },
    },
  });
