/** A node of TensorFlow or Keras while it is read: put together of ONNX operators, or straight of layers of ours. */
import type { OnnxAttribute } from '../../layers/onnx.ts';
import type { Shape } from '../../tensor.ts';
import { Attributes } from '../onnx/attributes.ts';
import type { GraphBuilder } from '../onnx/builder.ts';
import { attribute } from '../onnx/graph-writer.ts';
import { layoutOf, transposed } from '../onnx/layout.ts';
import { Operation } from '../onnx/operation.ts';
import { permuted } from '../onnx/permuted.ts';
import { runOperation } from '../onnx/run-operation.ts';
import type { SourceNode } from '../onnx/source.ts';
import { type Constant, constantOf, type ReadExternal } from '../onnx/tensor.ts';
import { isConstant, type Placed, type RunTime, type Value } from '../onnx/value.ts';

/** The operator set whose meaning `apply` goes by. */
const OPSET = 20;

const noFiles: ReadExternal = () => {
  throw new Error('attributes made here hold no tensors');
};

/** [N,H,W,C] seen as [N,C,H,W], and back: memory stays. */
const toChannelsFirst = [0, 3, 1, 2] as const;

type AttributeList = Readonly<Record<string, OnnxAttribute>>;

export class Composite extends Operation {
  readonly source: SourceNode;

  constructor(source: SourceNode, inputs: readonly (Value | undefined)[], graph: GraphBuilder) {
    super({ ...source, attributes: new Attributes([], noFiles) }, inputs, OPSET, graph);
    this.source = source;
  }

  /** What an ONNX operator makes of these values: folded where all are known. */
  applyAll(
    type: string,
    inputs: readonly (Value | undefined)[],
    attributes: AttributeList,
    outputs: number,
  ): readonly Value[] {
    const { name } = this.source;
    const protos = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    const node = {
      name,
      type,
      domain: '',
      inputs: inputs.map(() => name),
      outputs: Array.from({ length: outputs }, () => name),
      attributes: new Attributes(protos, noFiles),
    };
    return runOperation(new Operation(node, inputs, OPSET, this.graph));
  }

  /** The same of an operator with one output. */
  apply(type: string, inputs: readonly (Value | undefined)[], attributes: AttributeList = {}): Value {
    return this.applyAll(type, inputs, attributes, 1)[0] as Value;
  }

  /** Sides, or other integers, as an input of `apply`. */
  shapeOf(sides: readonly number[]): Constant {
    return constantOf('int64', [sides.length], sides);
  }

  /** An image [N,H,W,C]. */
  image(value: Value): Placed {
    const { length } = isConstant(value) ? value.shape : value.layout.axes;
    if (length !== 4) throw this.invalid(`expected an image of 4 axes, got ${length}`);
    if (isConstant(value)) return this.graph.image(permuted(value, toChannelsFirst));
    return this.graph.image({ ...value, layout: transposed(value.layout, toChannelsFirst) });
  }

  /** What a layer made, its axes as the layer has them. */
  made(placed: Placed, shape: Shape = placed.shape): RunTime {
    return { placed, layout: layoutOf(shape) };
  }
}
