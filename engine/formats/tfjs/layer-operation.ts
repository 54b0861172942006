/** One Keras layer while it is read: its configuration, its weights. */
import { excerpt } from '../../json.ts';
import { formatShape } from '../../tensor.ts';
import type { GraphBuilder } from '../onnx/builder.ts';
import type { Constant } from '../onnx/tensor.ts';
import type { Value } from '../onnx/value.ts';
import { activate } from './activations.ts';
import { Composite } from './composite.ts';
import { noPadding, type Padding, type Strides } from './images.ts';
import type { Config, KerasNode } from './layers-model.ts';

/** How a layer becomes a value. */
export type LayerReader = (op: LayerOperation) => Value;

type Pair = readonly [number, number];

export class LayerOperation extends Composite {
  readonly config: Config;
  private readonly find: KerasNode['weight'];

  constructor(node: KerasNode, inputs: readonly (Value | undefined)[], graph: GraphBuilder) {
    super(node, inputs, graph);
    this.config = node.config;
    this.find = node.weight;
  }

  has(name: string): boolean {
    const value = Object.hasOwn(this.config, name) ? this.config[name] : undefined;
    return value !== undefined && value !== null;
  }

  number(name: string, otherwise: number): number {
    if (!this.has(name)) return otherwise;
    const value = this.config[name];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.wrong(name, 'a number');
    return value;
  }

  text(name: string, otherwise: string): string {
    if (!this.has(name)) return otherwise;
    const value = this.config[name];
    if (typeof value !== 'string') throw this.wrong(name, 'a text');
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    return this.has(name) ? this.config[name] === true : otherwise;
  }

  listed(name: string): readonly number[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.config[name];
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((item) => Number.isSafeInteger(item))) throw this.wrong(name, 'integers');
    return list as readonly number[];
  }

  /** One number for both, or height and width. */
  pair(name: string, otherwise: Pair): Pair {
    const list = this.listed(name);
    if (!list) return otherwise;
    if (list.length === 1) return [list[0] as number, list[0] as number];
    if (list.length !== 2) throw this.wrong(name, 'height and width');
    return [list[0] as number, list[1] as number];
  }

  strides(otherwise: Pair = [1, 1]): Strides {
    this.requireChannelsLast();
    return {
      stride: this.pair('strides', otherwise),
      dilation: this.pair('dilation_rate', [1, 1]),
      padding: this.padding(),
    };
  }

  /** @throws EngineError `unsupported-model` where images are not [N,H,W,C] */
  requireChannelsLast(): void {
    const format = this.text('data_format', 'channels_last');
    if (format !== 'channels_last')
      throw this.unsupported('feature', `data_format ${excerpt(format)} is not supported`);
  }

  padding(): Padding {
    const padding = this.text('padding', 'valid').toLowerCase();
    if (padding === 'same') return 'same';
    if (padding === 'valid') return noPadding;
    throw this.unsupported('feature', `padding ${excerpt(padding)} is not supported`);
  }

  /** @throws EngineError `invalid-model` where the manifest does not have it */
  weight(role: string): Constant {
    const found = this.find(role);
    if (found) return found;
    throw this.invalid(`the manifest has no weight ${excerpt(role)} for it`);
  }

  bias(): Constant | undefined {
    return this.flag('use_bias', true) ? this.weight('bias') : undefined;
  }

  /** The configured activation behind a value. */
  activated(value: Value, key = 'activation'): Value {
    const given = this.config[key];
    // Since Keras 3 it may be written as an object.
    const name = typeof given === 'object' && given !== null ? (given as Config).class_name : given;
    if (name === undefined || name === null) return value;
    if (typeof name !== 'string') throw this.wrong(key, 'a name');
    return activate(this, name, value);
  }

  /** Inputs that differ in nothing but broadcasting. */
  all(): readonly Value[] {
    return this.inputs.map((_, i) => this.input(i));
  }

  wrong(name: string, expected: string) {
    return this.invalid(`configuration ${excerpt(name)}: expected ${expected}, got ${excerpt(this.config[name])}`);
  }

  describe(i: number): string {
    return formatShape(this.shape(i));
  }
}
