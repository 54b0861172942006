/** One ONNX operator on values: folded where all of them are known, else nodes of the graph. */
import { elementCount } from '../../tensor.ts';
import { folds } from './fold.ts';
import type { Operation, Reader } from './operation.ts';
import { operators } from './operators/index.ts';
import { integersThrough } from './operators/quantization.ts';
import { isConstant, type Value, valueShape } from './value.ts';

/** What an operator makes of its inputs: numbers if all of them are known, else values of the run. */
export function runOperation(op: Operation): readonly Value[] {
  const { type } = op;
  const integers = integersThrough(op, type);
  const results = [readerOf(op, type)(op)].flat() as readonly Value[];
  return results.map((result) => {
    const shape = valueShape(result);
    op.checkRank(shape.length);
    if (elementCount(shape) === 0 && !isConstant(result)) return op.empty(shape);
    return integers && !isConstant(result) ? { ...result, integers } : result;
  });
}

function readerOf(op: Operation, type: string): Reader {
  const fold = Object.hasOwn(folds, type) ? folds[type] : undefined;
  if (fold && op.inputs.every((value) => !value || isConstant(value))) return fold;
  const read = Object.hasOwn(operators, type) ? operators[type] : undefined;
  if (read) return read;
  const only = 'it is supported on values known at import alone, this one is computed by every run';
  throw op.unsupported('operator', only);
}
