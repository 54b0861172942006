/** A model of another format as it is walked over: nodes that read and compute values by name. ONNX and TensorFlow.js are ones. */
import type { Constant, ElementType } from './tensor.ts';

/** A side is a number, a name (`batch`), or unknown. */
export type Side = number | string | undefined;

export interface SourceValue {
  readonly name: string;
  /** Undefined where it is no tensor, or one of elements that are not read. */
  readonly type: ElementType | undefined;
  /** For sentences: `float32`, `sequence`. */
  readonly typeName: string;
  /** Undefined where the file does not say. */
  readonly shape: readonly Side[] | undefined;
}

export interface SourceNode {
  /** Never empty: its own name, or that of its first output. */
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface SourceModel<N extends SourceNode = SourceNode> {
  readonly name: string;
  readonly inputs: readonly SourceValue[];
  readonly outputs: readonly Pick<SourceValue, 'name'>[];
  /** Values whose shape the file gives beside inputs and outputs. */
  readonly hints: ReadonlyMap<string, SourceValue>;
  readonly nodes: readonly N[];
  readonly initializers: { has(name: string): boolean; get(name: string): Constant };
}
