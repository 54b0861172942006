/** One node, of ONNX or of what is put together of ONNX operators, while it is read: its inputs as values, its attributes, and the graph that it is translated into. */

import { EngineError } from '../../errors.ts';
import { formatShape, type Shape } from '../../tensor.ts';
import type { Attributes } from './attributes.ts';
import type { GraphBuilder } from './builder.ts';
import { layoutOf } from './layout.ts';
import { onnxLimits } from './limits.ts';
import type { SourceNode } from './source.ts';
import { type Constant, constantOf } from './tensor.ts';
import { type Reason, UnsupportedModel } from './unsupported.ts';
import { isConstant, type RunTime, type Value, valueShape } from './value.ts';

/** How an operator becomes nodes of ours: returns its output, or all of them. */
export type Reader = (op: Operation) => Value | readonly Value[];

/** The same where every input that is there is known: no run is needed (fold.ts). */
export type Fold = (op: Operation) => Constant | readonly Constant[];

export class Operation {
  readonly opset: number;
  readonly graph: GraphBuilder;
  readonly attributes: Attributes;
  readonly inputs: readonly (Value | undefined)[];
  private readonly node: SourceNode;

  constructor(
    node: SourceNode & { readonly attributes: Attributes },
    inputs: readonly (Value | undefined)[],
    opset: number,
    graph: GraphBuilder,
  ) {
    this.node = node;
    this.inputs = inputs;
    this.opset = opset;
    this.graph = graph;
    this.attributes = node.attributes;
  }

  get type(): string {
    return this.node.type;
  }

  /** Whether anybody can read output `i`. */
  wants(i: number): boolean {
    return (this.node.outputs[i] ?? '') !== '';
  }

  get outputCount(): number {
    return this.node.outputs.length;
  }

  /** @throws EngineError `invalid-model` where the input is missing */
  input(i: number): Value {
    const value = this.inputs[i];
    if (!value) throw new EngineError('invalid-model', `input ${i} is missing`);
    return value;
  }

  /** An input of a fold. */
  known(i: number): Constant {
    return this.input(i) as Constant;
  }

  shape(i: number): Shape {
    return valueShape(this.input(i));
  }

  /** An input as a value of the run, also where its numbers are known. */
  runTime(i: number): RunTime {
    return this.toRunTime(this.input(i));
  }

  toRunTime(value: Value): RunTime {
    if (!isConstant(value)) return value;
    if (value.type !== 'float32') {
      throw new UnsupportedModel(
        'element type',
        `it computes with ${value.type} at run time, only float32 is supported`,
      );
    }
    return { placed: this.graph.constant(this.graph.tensorOf(value)), layout: layoutOf(value.shape) };
  }

  /** @throws EngineError `unsupported-model` where the input is computed by every run */
  constant(i: number, what: string): Constant {
    const value = this.input(i);
    if (isConstant(value)) return value;
    throw new UnsupportedModel('feature', `${what} (input ${i}) must be known at import, it is computed by every run`);
  }

  optionalConstant(i: number, what: string): Constant | undefined {
    return this.inputs[i] && this.constant(i, what);
  }

  /** Integers that older operator sets have as an attribute and newer ones as an input. */
  integers(name: string, i: number): readonly number[] | undefined {
    const attribute = this.attributes.integers(name);
    if (attribute) return attribute;
    return this.inputs[i] && this.integersOf(this.constant(i, name), name);
  }

  /** A shape, or another number for each axis. */
  shapeInput(i: number, what: string): readonly number[] {
    const sides = this.integersOf(this.constant(i, what), what);
    this.checkRank(sides.length);
    return sides;
  }

  /** Places in an axis of this length, those counted from the end made positive. */
  indices(constant: Constant, length: number): readonly number[] {
    const indices = this.integersOf(constant, 'the indices');
    const wrong = indices.find((index) => index < -length || index >= length);
    if (wrong !== undefined) throw this.invalid(`index ${wrong} is not one of ${length}`);
    return indices.map((index) => (index < 0 ? index + length : index));
  }

  private integersOf({ data }: Constant, what: string): readonly number[] {
    const wrong = data.find((value) => !Number.isInteger(value));
    if (wrong !== undefined) throw this.invalid(`${what}: expected integers, got ${wrong}`);
    return [...data];
  }

  /** An axis counted from the end where negative. */
  axis(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(counted) || counted < 0 || counted >= rank) {
      throw this.invalid(
        rank === 0 ? `there is no axis ${axis}, it is a scalar` : `axis ${axis} is not one of ${rank}`,
      );
    }
    return counted;
  }

  axes(axes: readonly number[], rank: number): readonly number[] {
    return [...new Set(axes.map((axis) => this.axis(axis, rank)))].sort((a, b) => a - b);
  }

  /** A tensor without elements needs no run. */
  empty(shape: Shape): Constant {
    return constantOf('float32', shape, []);
  }

  /** The same order of memory, every element mapped by itself. */
  mapped(value: RunTime, kind: Parameters<GraphBuilder['add']>[0], attributes: object = {}): RunTime {
    return { placed: this.graph.add(kind, [value.placed], attributes), layout: value.layout };
  }

  unsupported(reason: Reason, sentence: string): EngineError {
    return new UnsupportedModel(reason, sentence);
  }

  invalid(sentence: string): EngineError {
    return new EngineError('invalid-model', sentence);
  }

  /** @throws EngineError `unsupported-model` */
  checkRank(rank: number): void {
    if (rank > onnxLimits.axes) {
      throw this.unsupported('rank', `it makes ${rank} axes, at most ${onnxLimits.axes} are supported`);
    }
  }

  /** @throws EngineError `shape-mismatch` */
  requireRank(i: number, rank: number): void {
    const shape = this.shape(i);
    if (shape.length !== rank) {
      throw new EngineError('shape-mismatch', `input ${i}: expected ${rank} axes, got ${formatShape(shape)}`);
    }
  }
}
