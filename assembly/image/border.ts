/** What stands outside a picture; engine/image/border.ts has the order. */

export const CONSTANT = 0;
export const EDGE = 1;
export const SYMMETRIC = 2;
export const REFLECT = 3;

function modulo(value: i32, divisor: i32): i32 {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

/** The index that stands for `index`, −1 for the fill (engine/image/border.ts). */
export function borderIndex(index: i32, size: i32, border: i32): i32 {
  if (<u32>index < <u32>size) return index;
  if (border == CONSTANT) return -1;
  if (border == EDGE) return index < 0 ? 0 : size - 1;
  if (border == SYMMETRIC) {
    const folded = modulo(index, 2 * size);
    return folded < size ? folded : 2 * size - 1 - folded;
  }
  if (border == REFLECT) {
    if (size == 1) return 0;
    const folded = modulo(index, 2 * size - 2);
    return folded < size ? folded : 2 * size - 2 - folded;
  }
  return modulo(index, size);
}
