/** What is augmented. */

/** The same pixels for everybody: smooth parts, edges and noise. [H,W,3] u8. */
export function photo(width: number, height: number): Uint8Array {
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 27;
  };
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    return Math.min(((x * y) >> 7) + ((x >> 5) % 2) * 60 + 40 * (i % 3) + noise(), 255);
  });
}
