/** How Keras names the values that a layer is called with: `["conv1", 0, 0, {}]`, and since version 3 as `keras_history`. */
import { EngineError } from '../../errors.ts';
import { excerpt } from '../../json.ts';

/** The result of call `node` of a layer. */
export interface KerasCall {
  readonly layer: string;
  readonly node: number;
}

export interface Ends {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Lists in lists are not followed further. */
const MAX_DEPTH = 8;

const isTriple = (value: unknown): value is readonly [string, number, number] =>
  Array.isArray(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]);

function callOf([layer, node, tensor]: readonly [string, number, number]): KerasCall {
  if (tensor !== 0) {
    throw new EngineError('invalid-model', `output ${tensor} of layer ${excerpt(layer)} is read, layers have one`);
  }
  return { layer, node };
}

/** `input_layers` and `output_layers`: one, or a list of them. */
export function keptTensors(value: unknown): readonly KerasCall[] {
  if (isTriple(value)) return [callOf(value)];
  if (Array.isArray(value) && value.length > 0 && value.every(isTriple)) return value.map(callOf);
  throw new EngineError('invalid-model', `expected the ends of a model as [["name",0,0]], got ${excerpt(value)}`);
}

/** What one call of a layer reads, in order. */
export function inboundCalls(inbound: unknown): readonly KerasCall[] {
  const calls = found(inbound, 0);
  if (calls.length === 0) {
    throw new EngineError('invalid-model', `expected what a layer reads as [["name",0,0,{}]], got ${excerpt(inbound)}`);
  }
  return calls;
}

function found(value: unknown, depth: number): readonly KerasCall[] {
  if (depth > MAX_DEPTH) throw new EngineError('invalid-model', 'what a layer reads is nested too deep');
  if (isTriple(value)) return [callOf(value)];
  if (Array.isArray(value)) return value.flatMap((item) => found(item, depth + 1));
  if (typeof value !== 'object' || value === null) return [];
  const { args, config, keras_history: history } = value as Readonly<Record<string, unknown>>;
  if (history !== undefined) return found(history, depth + 1);
  if (args !== undefined) return found(args, depth + 1);
  return typeof config === 'object' && config !== null && 'keras_history' in config ? found(config, depth + 1) : [];
}
