/** Histograms. */

/** Level of a value: the nearest of 0–255. */
function levelAt(x: usize, isFloat: i32): usize {
  if (!isFloat) return <usize>load<u8>(x);
  return <usize>(<i32>min<f64>(max<f64>(floor<f64>(<f64>load<f32>(x) + 0.5), 0), 255));
}

/** counts[level] ← how many of `count` values have it, `step` bytes apart; 256 u32. */
function countLevels(x: usize, count: i32, step: usize, isFloat: i32, counts: usize): void {
  memory.fill(counts, 0, 1024);
  for (; count > 0; count--, x += step) {
    const at = counts + (levelAt(x, isFloat) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/** counts[v] ← floor(255·(values up to v − values of the least level) / (all − those of the least level) + ½). */
function equalLevels(counts: usize, total: i32): void {
  let first = counts;
  while (!load<u32>(first)) first += 4;
  const least = load<u32>(first);
  const rest = <f64>(<u32>total - least);
  let sum: u32 = 0;
  for (let at = first; at < counts + 1024; at += 4) {
    if (at != first) sum += load<u32>(at);
    store<u32>(at, <u32>floor<f64>((<f64>sum * 255) / rest + 0.5));
  }
}

/**
 * x [pixels, C]: spreads the levels of one channel evenly; a channel of one level stays.
 *   counts: room for 256 u32
 */
export function equalize(x: usize, pixels: i32, channels: i32, isFloat: i32, channel: i32, counts: usize): void {
  const size: usize = isFloat ? 4 : 1;
  const step = <usize>channels * size;
  x += <usize>channel * size;
  countLevels(x, pixels, step, isFloat, counts);
  if (load<u32>(counts + (levelAt(x, isFloat) << 2)) == <u32>pixels) return;
  equalLevels(counts, pixels);
  for (; pixels > 0; pixels--, x += step) {
    const level = load<u32>(counts + (levelAt(x, isFloat) << 2));
    if (isFloat) store<f32>(x, <f32>level);
    else store<u8>(x, <u8>level);
  }
}
