/** `--input-shape`, and what else an import is asked for. */
import type { Cut } from '../../engine/formats/onnx/translate.ts';
import type { Shape } from '../../engine/tensor.ts';
import { UsageError } from '../cli/verb.ts';

export interface ImportRequest extends Pick<Cut, 'inputs' | 'outputs'> {
  /** `NAME=1,3,224,224`, or without `NAME=` where there is one input. */
  readonly shapes: readonly string[];
}

/**
 * @param names of the inputs that there are
 * @throws UsageError for a shape that names no input
 */
export function parseShapes(values: readonly string[], names: readonly string[]): Record<string, Shape> {
  const seen = new Set<string>();
  return Object.fromEntries(
    values.map((value) => {
      const cut = value.lastIndexOf('=');
      const name = cut < 0 && names.length === 1 ? names[0] : value.slice(0, Math.max(cut, 0));
      const sides = value.slice(cut + 1);
      const shape =
        sides === '' ? [] : sides.split(',').map((side) => (/^\d{1,10}$/.test(side.trim()) ? Number(side) : -1));
      if (name === undefined || name === '') {
        throw new UsageError(`--input-shape ${value}: expected NAME=1,3,224,224 with a name of ${names.join(', ')}`);
      }
      if (shape.includes(-1)) throw new UsageError(`--input-shape ${value}: expected sides as 1,3,224,224`);
      if (seen.has(name)) throw new UsageError(`--input-shape ${value}: "${name}" is given twice`);
      seen.add(name);
      return [name, shape];
    }),
  );
}
