/** The protocol's classification extension, as Triton has it: `"0.998:7:seven"` instead of values. */
import type { Tensor } from '../../engine/tensor.ts';
import type { ResponseOutput } from './schema.ts';

/**
 * The `count` greatest values of each sample, ties by the lower index, as `VALUE:INDEX` and, where there are labels,
 * `:LABEL`; values as they are, with six decimals.
 */
export function classificationOutput(
  name: string,
  { shape, data }: Tensor,
  count: number,
  labels: readonly string[] | undefined,
): ResponseOutput {
  const batch = shape[0] ?? 1;
  const classes = data.length / batch;
  const kept = Math.min(count, classes);
  const strings: string[] = [];
  for (let sample = 0; sample < batch; sample++) {
    const values = data.subarray(sample * classes, (sample + 1) * classes);
    const best = Array.from(values, (value, index) => ({ value, index }))
      .sort((a, b) => b.value - a.value || a.index - b.index)
      .slice(0, kept);
    for (const { value, index } of best) {
      const label = labels?.[index];
      strings.push(`${value.toFixed(6)}:${index}${label === undefined ? '' : `:${label}`}`);
    }
  }
  return { name, datatype: 'BYTES', shape: [batch, kept], data: strings };
}
