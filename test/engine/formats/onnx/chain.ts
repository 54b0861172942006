/** A chain of nodes while it grows, and the numbers that choose how. */
import type { NodeProto, TensorProto } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { elementCount, type Shape } from '../../../../engine/tensor.ts';
import { seededData } from '../../../suites/seeded.ts';
import { type AttributeValue, integers, node, weights } from './models.ts';

export interface Known {
  readonly name: string;
  readonly shape: Shape;
}

/** Most elements of a value: the interpreter's loops are slow. */
export const MOST = 1300;

/** A graph while it grows. */
export class Chain {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly values: Known[];
  /** Products of two values: more than a few leave f32's range. */
  products = 0;
  private keys: readonly number[] = [];
  private next = 0;
  private seed = 1;

  constructor(input: Shape) {
    this.values = [{ name: 'x', shape: input }];
  }

  get current(): Known {
    return this.values.at(-1) as Known;
  }

  take(keys: readonly number[]): void {
    this.keys = keys;
    this.next = 0;
  }

  /** A number below `limit`. */
  pick(limit: number): number {
    return (this.keys[this.next++ % this.keys.length] as number) % Math.max(1, limit);
  }

  choose<T>(items: readonly T[]): T {
    return items[this.pick(items.length)] as T;
  }

  subset<T>(items: readonly T[]): readonly T[] {
    return items.filter(() => this.pick(2) === 1);
  }

  get allKeys(): readonly number[] {
    return this.keys;
  }

  constant(shape: Shape, lo = -1, hi = 1): string {
    const name = `w${this.initializers.length}`;
    this.initializers.push(weights(name, shape, seededData(elementCount(shape), this.seed++, lo, hi)));
    return name;
  }

  list(...values: readonly number[]): string {
    const name = `i${this.initializers.length}`;
    this.initializers.push(integers(name, ...values));
    return name;
  }

  /** Adds a node with one output of this shape, which becomes the current value; too large a one is left out. */
  add(type: string, inputs: string, shape: Shape, attributes: Readonly<Record<string, AttributeValue>> = {}): void {
    if (elementCount(shape) > MOST || shape.length > 6) return;
    const name = `v${this.values.length}`;
    this.nodes.push(node(type, inputs, name, attributes));
    this.values.push({ name, shape });
  }

  /** Several outputs; the last becomes the current value. */
  addAll(
    type: string,
    inputs: string,
    shapes: readonly Shape[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): void {
    const names = shapes.map((_, i) => `v${this.values.length + i}`);
    this.nodes.push(node(type, inputs, names.join(' '), attributes));
    shapes.forEach((shape, i) => {
      this.values.push({ name: names[i] as string, shape });
    });
  }
}

/** Adds a node that fits the current value, or none. */
export type Step = (chain: Chain, x: Known) => void;

export const axesOf = (shape: Shape): readonly number[] => [...shape.keys()];

/** An axis, at times counted from the end. */
export const signed = (chain: Chain, axis: number, rank: number): number => (chain.pick(2) === 1 ? axis - rank : axis);
