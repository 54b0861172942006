/** What stands outside a picture (AUGMENTATIONS.md §1): letters show a row `abc` and what is left of it. */
export const borders = ['constant', 'edge', 'symmetric', 'reflect', 'wrap'] as const;

/** constant: a fill · edge: aaa|abc · symmetric: cba|abc · reflect: cb|abc · wrap: abc|abc */
export type Border = (typeof borders)[number];

/** The index 0 … size − 1 that stands for `index`, at any distance outside; −1 where the fill does. */
export function borderIndex(index: number, size: number, border: Border): number {
  if (index >= 0 && index < size) return index;
  switch (border) {
    case 'constant':
      return -1;
    case 'edge':
      return index < 0 ? 0 : size - 1;
    case 'wrap':
      return modulo(index, size);
    case 'symmetric': {
      const folded = modulo(index, 2 * size);
      return folded < size ? folded : 2 * size - 1 - folded;
    }
    case 'reflect': {
      if (size === 1) return 0;
      const folded = modulo(index, 2 * size - 2);
      return folded < size ? folded : 2 * size - 2 - folded;
    }
  }
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
