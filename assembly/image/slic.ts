/**
 * SLIC (Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", PAMI 2012) on planes of
 * lab-planes.ts.
 */
import { connect } from './components';
import { planeBytes } from './lab-planes';

/** A centre: L, a, b, column, row and, while means are taken, the number of pixels; 8 f32. */
const CENTRE: usize = 32;

/** labels and centres of a regular grid. */
function startGrid(
  planes: usize,
  width: i32,
  height: i32,
  stride: i32,
  across: i32,
  down: i32,
  centres: usize,
  labels: usize,
): void {
  for (let row = 0; row < height; row++) {
    const line = labels + ((<usize>(row * stride)) << 2);
    const cell = ((row * down) / height) * across;
    for (let column = 0; column < stride; column++) {
      const inside = min(column, width - 1);
      store<i32>(line + ((<usize>column) << 2), cell + (inside * across) / width);
    }
  }
  const plane = planeBytes(stride, height);
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < across; j++, centres += CENTRE) {
      const column = ((2 * j + 1) * width) / (2 * across);
      const row = ((2 * i + 1) * height) / (2 * down);
      const at = planes + ((<usize>(row * stride + column)) << 2);
      store<f32>(centres, load<f32>(at));
      store<f32>(centres, load<f32>(at + plane), 4);
      store<f32>(centres, load<f32>(at + 2 * plane), 8);
      store<f32>(centres, <f32>column, 12);
      store<f32>(centres, <f32>row, 16);
    }
  }
}

/** Each pixel goes to the nearest centre of those that are at most `reach` away each way; else it stays where it was. */
function assign(
  planes: usize,
  width: i32,
  height: i32,
  stride: i32,
  centres: usize,
  count: i32,
  reach: f32,
  spatial: f32,
  best: usize,
  labels: usize,
): void {
  const plane = planeBytes(stride, height);
  const far = f32x4.splat(1e30);
  for (let at = best; at < best + plane; at += 16) v128.store(at, far);
  const weight = f32x4.splat(spatial);
  const four = f32x4.splat(4);
  const steps = f32x4(0, 1, 2, 3);
  for (let k = 0; k < count; k++, centres += CENTRE) {
    const column = load<f32>(centres, 12);
    const row = load<f32>(centres, 16);
    const left = max(0, <i32>(column - reach)) & ~3;
    const right = min(stride, (<i32>(column + reach) + 4) & ~3);
    const top = max(0, <i32>(row - reach));
    const bottom = min(height, <i32>(row + reach) + 1);
    const l = v128.load32_splat(centres);
    const a = v128.load32_splat(centres, 4);
    const b = v128.load32_splat(centres, 8);
    const label = i32x4.splat(k);
    const firstX = f32x4.add(f32x4.splat(<f32>left - column), steps);
    for (let y = top; y < bottom; y++) {
      const dy = <f32>y - row;
      const down = f32x4.splat(dy * dy * spatial);
      let offset = (<usize>(y * stride + left)) << 2;
      const end = (<usize>(y * stride + right)) << 2;
      let x = firstX;
      for (; offset < end; offset += 16) {
        const at = planes + offset;
        const dl = f32x4.sub(v128.load(at), l);
        const da = f32x4.sub(v128.load(at + plane), a);
        const db = f32x4.sub(v128.load(at + 2 * plane), b);
        const colour = f32x4.add(f32x4.add(f32x4.mul(dl, dl), f32x4.mul(da, da)), f32x4.mul(db, db));
        const distance = f32x4.add(colour, f32x4.add(f32x4.mul(f32x4.mul(x, x), weight), down));
        const least = v128.load(best + offset);
        const nearer = f32x4.lt(distance, least);
        if (v128.any_true(nearer)) {
          v128.store(best + offset, f32x4.pmin(least, distance));
          v128.store(labels + offset, v128.bitselect(label, v128.load(labels + offset), nearer));
        }
        x = f32x4.add(x, four);
      }
    }
  }
}

/** Centres ← means of their pixels; one without pixels stays. sums: `count` centres. */
function moveCentres(
  planes: usize,
  width: i32,
  height: i32,
  stride: i32,
  centres: usize,
  count: i32,
  labels: usize,
  sums: usize,
): void {
  const plane = planeBytes(stride, height);
  memory.fill(sums, 0, <usize>count * CENTRE);
  for (let row = 0; row < height; row++) {
    let at = planes + ((<usize>(row * stride)) << 2);
    let label = labels + ((<usize>(row * stride)) << 2);
    for (let column = 0; column < width; column++, at += 4, label += 4) {
      const sum = sums + <usize>load<u32>(label) * CENTRE;
      const pixel = f32x4(load<f32>(at), load<f32>(at + plane), load<f32>(at + 2 * plane), <f32>column);
      v128.store(sum, f32x4.add(v128.load(sum), pixel));
      store<f32>(sum, load<f32>(sum, 16) + <f32>row, 16);
      store<f32>(sum, load<f32>(sum, 20) + 1, 20);
    }
  }
  for (let k = 0; k < count; k++, centres += CENTRE, sums += CENTRE) {
    const pixels = load<f32>(sums, 20);
    if (pixels == 0) continue;
    const share: f32 = 1 / pixels;
    v128.store(centres, f32x4.mul(v128.load(sums), f32x4.splat(share)));
    store<f32>(centres, load<f32>(sums, 16) * share, 16);
  }
}

/**
 * Segments a small copy around a grid of across × down centres. Returns the number of segments, each connected.
 *   planes: 3 f32 [height, stride]; width, height below 32768 · compactness: colours against distances
 *   rounds: of assignment and means · least: smaller pieces join a neighbour · most: segments
 *   segments: i32 [height, width] · work: at least 28·height·stride + 64·across·down bytes
 */
export function slic(
  planes: usize,
  width: i32,
  height: i32,
  stride: i32,
  across: i32,
  down: i32,
  compactness: f32,
  rounds: i32,
  least: i32,
  most: i32,
  segments: usize,
  work: usize,
): i32 {
  const plane = planeBytes(stride, height);
  const count = across * down;
  const labels = work;
  const best = labels + plane;
  const stack = best + plane;
  const components = stack + plane;
  const centres = components + 4 * plane;
  const sums = centres + <usize>count * CENTRE;
  const step = sqrt<f32>((<f32>width * <f32>height) / <f32>count);
  const weight = compactness / step;
  startGrid(planes, width, height, stride, across, down, centres, labels);
  for (let round = 0; round < rounds; round++) {
    assign(planes, width, height, stride, centres, count, max<f32>(step, 1), weight * weight, best, labels);
    moveCentres(planes, width, height, stride, centres, count, labels, sums);
  }
  return connect(labels, stride, width, height, least, most, segments, stack, components);
}
