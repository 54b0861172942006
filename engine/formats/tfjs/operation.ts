/** One TensorFlow node while it is read. */
import type { GraphBuilder } from '../onnx/builder.ts';
import type { Value } from '../onnx/value.ts';
import type { TensorFlowAttributes } from './attributes.ts';
import { Composite } from './composite.ts';
import type { TensorFlowNode } from './graph-model.ts';
import { noPadding, type Padding, type Strides } from './images.ts';

/** How an operator becomes values: its output, or all of them. */
export type TensorFlowReader = (op: TensorFlowOperation) => Value | readonly (Value | undefined)[];

type Pair = readonly [number, number];

export class TensorFlowOperation extends Composite {
  readonly tf: TensorFlowAttributes;

  constructor(node: TensorFlowNode, inputs: readonly (Value | undefined)[], graph: GraphBuilder) {
    super(node, inputs, graph);
    this.tf = node.attributes;
  }

  /** @throws EngineError `unsupported-model` where images are not [N,H,W,C] */
  requireChannelsLast(): void {
    const format = this.tf.text('data_format', 'NHWC');
    if (format !== 'NHWC') throw this.unsupported('feature', `data_format ${format} is not supported, only NHWC`);
  }

  /** Height and width of a list with a number for each axis of [N,H,W,C]. */
  pair(name: string): Pair {
    const list = this.tf.integers(name);
    if (!list || list.length === 0) return [1, 1];
    const [n, height, width, c] = list;
    if (list.length !== 4 || n !== 1 || c !== 1) {
      throw this.invalid(`attribute "${name}": expected [1,height,width,1], got [${list.join()}]`);
    }
    return [height as number, width as number];
  }

  strides(): Strides {
    this.requireChannelsLast();
    return { stride: this.pair('strides'), dilation: this.pair('dilations'), padding: this.padding() };
  }

  private padding(): Padding {
    const padding = this.tf.text('padding', 'VALID');
    if (padding === 'SAME') return 'same';
    if (padding === 'VALID') return noPadding;
    const list = this.tf.integers('explicit_paddings') ?? [];
    if (padding !== 'EXPLICIT' || list.length !== 8) {
      throw this.invalid(`padding ${padding} with ${list.length} numbers, expected SAME, VALID, or EXPLICIT with 8`);
    }
    if ([0, 1, 6, 7].some((i) => list[i] !== 0)) {
      throw this.unsupported('feature', 'padding of batch or channels is not supported');
    }
    return [list[2] as number, list[3] as number, list[4] as number, list[5] as number];
  }

  /** One number that is known at import. */
  number(i: number, what: string): number {
    const { data } = this.constant(i, what);
    if (data.length !== 1) throw this.invalid(`${what}: expected one number, got ${data.length}`);
    return data[0] as number;
  }

  /** A list of integers that are known at import. */
  list(i: number, what: string): readonly number[] {
    const values = [...this.constant(i, what).data];
    const wrong = values.find((value) => !Number.isInteger(value));
    if (wrong !== undefined) throw this.invalid(`${what}: expected integers, got ${wrong}`);
    return values;
  }
}
