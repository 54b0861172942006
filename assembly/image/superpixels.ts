/**
 * Superpixels: SLIC (Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", PAMI 2012) on a
 * small copy of the picture, and the picture's mean colours over the segments. The small copy is three f32 planes whose
 * rows have a stride of a multiple of four; what stands behind `width` in a row is worked on like the rest and never read.
 */

/** Lanes of constants, loaded before loops: engines build a constant vector anew at each use. */
const CONSTANTS: usize = memory.data<f32>(
  [
    // CIE 1931 XYZ of linear sRGB, divided by the white D65: rows X, Y, Z.
    0.4339499, 0.4339499, 0.4339499, 0.4339499, 0.3762098, 0.3762098, 0.3762098, 0.3762098, 0.1898299, 0.1898299,
    0.1898299, 0.1898299, 0.212671, 0.212671, 0.212671, 0.212671, 0.71516, 0.71516, 0.71516, 0.71516, 0.072169,
    0.072169, 0.072169, 0.072169, 0.0177566, 0.0177566, 0.0177566, 0.0177566, 0.1094679, 0.1094679, 0.1094679,
    0.1094679, 0.8727055, 0.8727055, 0.8727055, 0.8727055,
  ],
  16,
);

/** Byte offsets between the planes of a small copy. */
function planeBytes(stride: i32, height: i32): usize {
  return (<usize>(stride * height)) << 2;
}

/** ∛x of four f32 in 0…1.1, off by less than 1e-5: a guess from the exponent, then two steps of Newton. */
function cubeRoot(x: v128): v128 {
  const third = f32x4.splat(0.333333333);
  const bits = f32x4.convert_i32x4_s(x);
  let y = i32x4.add(i32x4.trunc_sat_f32x4_s(f32x4.mul(bits, third)), i32x4.splat(709921077));
  y = f32x4.mul(f32x4.add(f32x4.add(y, y), f32x4.div(x, f32x4.mul(y, y))), third);
  return f32x4.mul(f32x4.add(f32x4.add(y, y), f32x4.div(x, f32x4.mul(y, y))), third);
}

/** CIE's f: ∛t, near black a line. */
function labCurve(t: v128): v128 {
  const line = f32x4.add(f32x4.mul(t, f32x4.splat(7.787)), f32x4.splat(16.0 / 116.0));
  const root = cubeRoot(f32x4.max(t, f32x4.splat(1e-6)));
  return v128.bitselect(root, line, f32x4.gt(t, f32x4.splat(0.008856)));
}

/** Four sums of three products, the weights at `weights`. */
function mixed(r: v128, g: v128, b: v128, weights: usize): v128 {
  const sum = f32x4.add(f32x4.mul(r, v128.load(weights)), f32x4.mul(g, v128.load(weights, 16)));
  return f32x4.add(sum, f32x4.mul(b, v128.load(weights, 32)));
}

/** Planes of linear red, green, blue → L, a, b, in place. */
function toLab(planes: usize, stride: i32, height: i32): void {
  const plane = planeBytes(stride, height);
  for (const end = planes + plane; planes < end; planes += 16) {
    const r = v128.load(planes);
    const g = v128.load(planes + plane);
    const b = v128.load(planes + 2 * plane);
    const x = labCurve(mixed(r, g, b, CONSTANTS));
    const y = labCurve(mixed(r, g, b, CONSTANTS + 48));
    const z = labCurve(mixed(r, g, b, CONSTANTS + 96));
    v128.store(planes, f32x4.sub(f32x4.mul(y, f32x4.splat(116)), f32x4.splat(16)));
    v128.store(planes + plane, f32x4.mul(f32x4.sub(x, y), f32x4.splat(500)));
    v128.store(planes + 2 * plane, f32x4.mul(f32x4.sub(y, z), f32x4.splat(200)));
  }
}

function level(pixel: usize, channel: i32, isFloat: i32): f32 {
  if (!isFloat) return <f32>load<u8>(pixel + channel);
  // Whatever lies outside of 0–255 (and NaN) has no colour of its own.
  const value = load<f32>(pixel + ((<usize>channel) << 2));
  return value >= 0 ? min<f32>(value, 255) : 0;
}

/** The value of a curve of 257 points at a level 0–255. */
function onCurve(curve: usize, value: f32): f32 {
  const index = <i32>value;
  const at = curve + ((<usize>index) << 2);
  const low = load<f32>(at);
  return low + (load<f32>(at, 4) - low) * (value - <f32>index);
}

/** Where a pixel of the small copy lies in the picture, along one axis: position and the neighbour above. */
function sourcePlace(index: i32, small: i32, full: i32): f32 {
  const place = ((<f32>index + 0.5) * <f32>full) / <f32>small - 0.5;
  return min<f32>(max<f32>(place, 0), <f32>(full - 1));
}

/**
 * A small copy, bilinear, of the first three channels (one: three times the same, two: the third 0), each through `curve`.
 *   x [H,W,C] u8 or f32 · curve: 257 f32 · planes: 3 f32 [height, stride] · lab: 1 where the curve gives linear sRGB that
 *   is to become CIE Lab
 */
export function reduceToPlanes(
  x: usize,
  fullWidth: i32,
  fullHeight: i32,
  channels: i32,
  isFloat: i32,
  curve: usize,
  planes: usize,
  width: i32,
  height: i32,
  stride: i32,
  lab: i32,
): void {
  const plane = planeBytes(stride, height);
  const pixelBytes = <usize>(isFloat ? channels << 2 : channels);
  for (let row = 0; row < height; row++) {
    const v = sourcePlace(row, height, fullHeight);
    const top = <i32>v;
    const fy = v - <f32>top;
    const upper = x + <usize>(top * fullWidth) * pixelBytes;
    const lower = x + <usize>(min(top + 1, fullHeight - 1) * fullWidth) * pixelBytes;
    let target = planes + ((<usize>(row * stride)) << 2);
    for (let column = 0; column < stride; column++, target += 4) {
      const u = sourcePlace(min(column, width - 1), width, fullWidth);
      const left = <i32>u;
      const fx = u - <f32>left;
      const near = <usize>left * pixelBytes;
      const far = <usize>min(left + 1, fullWidth - 1) * pixelBytes;
      for (let c = 0; c < 3; c++) {
        const to = target + <usize>c * plane;
        if (c >= channels) {
          store<f32>(to, channels == 1 ? load<f32>(target) : 0);
          continue;
        }
        const a = level(upper + near, c, isFloat);
        const b = level(lower + near, c, isFloat);
        const above = a + (level(upper + far, c, isFloat) - a) * fx;
        const below = b + (level(lower + far, c, isFloat) - b) * fx;
        store<f32>(to, onCurve(curve, above + (below - above) * fy));
      }
    }
  }
  if (lab) toLab(planes, stride, height);
}

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

/** A connected component: its pixels, the component it has joined (itself: none), those left and above of its first pixel. */
@unmanaged
class Component {
  size: i32;
  joined: i32;
  left: i32;
  above: i32;

  @inline
  static at(components: usize, index: i32): Component {
    return changetype<Component>(components + ((<usize>index) << 4));
  }
}

/** The component in which `index` has ended up, −1 for none. */
function rootOf(components: usize, index: i32): i32 {
  if (index < 0) return index;
  while (Component.at(components, index).joined != index) index = Component.at(components, index).joined;
  return index;
}

/** Takes a pixel into component `name` where it has the label and no component yet; returns the new stack top. */
function takePixel(
  labels: usize,
  stride: i32,
  width: i32,
  target: usize,
  stack: usize,
  top: i32,
  x: i32,
  y: i32,
  label: i32,
  name: i32,
): i32 {
  const at = target + ((<usize>(y * width + x)) << 2);
  if (load<i32>(at) >= 0 || load<i32>(labels + ((<usize>(y * stride + x)) << 2)) != label) return top;
  store<i32>(at, name);
  store<i32>(stack + ((<usize>top) << 2), (y << 16) | x);
  return top + 1;
}

/**
 * Connected components (by edges) of equal labels, numbered in reading order. Returns their number.
 *   labels [height, stride] i32 · target, stack [height, width] i32 · components: room for one a pixel
 */
function findComponents(
  labels: usize,
  stride: i32,
  width: i32,
  height: i32,
  target: usize,
  stack: usize,
  components: usize,
): i32 {
  memory.fill(target, 0xff, (<usize>(width * height)) << 2);
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = target + ((<usize>(y * width + x)) << 2);
      if (load<i32>(at) >= 0) continue;
      const label = load<i32>(labels + ((<usize>(y * stride + x)) << 2));
      let top = takePixel(labels, stride, width, target, stack, 0, x, y, label, count);
      for (let done = 0; done < top; done++) {
        const place = load<i32>(stack + ((<usize>done) << 2));
        const px = place & 0xffff;
        const py = place >> 16;
        if (px > 0) top = takePixel(labels, stride, width, target, stack, top, px - 1, py, label, count);
        if (px + 1 < width) top = takePixel(labels, stride, width, target, stack, top, px + 1, py, label, count);
        if (py > 0) top = takePixel(labels, stride, width, target, stack, top, px, py - 1, label, count);
        if (py + 1 < height) top = takePixel(labels, stride, width, target, stack, top, px, py + 1, label, count);
      }
      const component = Component.at(components, count);
      component.size = top;
      component.left = x > 0 ? load<i32>(at - 4) : -1;
      component.above = y > 0 ? load<i32>(at - ((<usize>width) << 2)) : -1;
      count++;
    }
  }
  return count;
}

/** Pixels of what has joined component `index`. */
function size(sizes: usize, index: i32): i32 {
  return load<i32>(sizes + ((<usize>index) << 2));
}

/** `index` joins the smaller of the components left of it and above, if that has fewer than `below` pixels. */
function join(components: usize, sizes: usize, index: i32, below: i32): void {
  const component = Component.at(components, index);
  const left = rootOf(components, component.left);
  const above = rootOf(components, component.above);
  let to = left;
  if (left < 0 || (above >= 0 && size(sizes, above) < size(sizes, left))) to = above;
  if (to < 0 || size(sizes, to) >= below) return;
  component.joined = to;
  store<i32>(sizes + ((<usize>to) << 2), size(sizes, to) + size(sizes, index));
}

/**
 * Components of fewer than `least` pixels join small neighbours until they are none, or else any neighbour. Returns how
 * many are left. A component joins an earlier one that it touches, so what has joined is connected, and its first is its root.
 *   sizes: i32 [count], of what has joined
 */
function joinSmall(components: usize, count: i32, least: i32, sizes: usize): i32 {
  for (let i = 0; i < count; i++) {
    const component = Component.at(components, i);
    component.joined = i;
    store<i32>(sizes + ((<usize>i) << 2), component.size);
  }
  for (let i = 0; i < count; i++) if (size(sizes, i) < least) join(components, sizes, i, least);
  let left = 0;
  for (let i = 0; i < count; i++) {
    const component = Component.at(components, i);
    if (component.joined == i && size(sizes, i) < least) join(components, sizes, i, i32.MAX_VALUE);
    if (component.joined == i) left++;
  }
  return left;
}

/**
 * segments ← connected segments of labels, numbered from 0; returns their number, at most `most`.
 *   least: pixels, what is smaller joins a neighbour; raised until there are few enough
 *   stack i32 [height, width] · components: room for a pixel each, 16 bytes
 */
function connect(
  labels: usize,
  stride: i32,
  width: i32,
  height: i32,
  least: i32,
  most: i32,
  segments: usize,
  stack: usize,
  components: usize,
): i32 {
  const count = findComponents(labels, stride, width, height, segments, stack, components);
  const pixels = width * height;
  let left = joinSmall(components, count, least, stack);
  while (left > most && least <= pixels) {
    least += (least >> 2) + 1;
    left = joinSmall(components, count, least, stack);
  }
  // Roots come before what has joined them; their numbers go where the sizes were.
  let next = 0;
  for (let i = 0; i < count; i++) {
    const root = rootOf(components, i);
    store<i32>(stack + ((<usize>i) << 2), root == i ? next++ : load<i32>(stack + ((<usize>root) << 2)));
  }
  for (const end = segments + ((<usize>pixels) << 2); segments < end; segments += 4) {
    store<i32>(segments, load<i32>(stack + ((<usize>load<i32>(segments)) << 2)));
  }
  return left;
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
    assign(planes, width, height, stride, centres, count, step + 1, weight * weight, best, labels);
    moveCentres(planes, width, height, stride, centres, count, labels, sums);
  }
  return connect(labels, stride, width, height, least, most, segments, stack, components);
}

/** Byte offsets, in a row of a small label map, of the labels of `fullWidth` pixels: columns, i32. */
function mapColumns(columns: usize, fullWidth: i32, width: i32): void {
  for (let x = 0; x < fullWidth; x++) {
    const column = <i32>((<i64>(2 * x + 1) * width) / (2 * fullWidth));
    store<i32>(columns + ((<usize>x) << 2), column << 2);
  }
}

/** The row of a small label map that holds the labels of row y of the picture. */
function labelRow(labels: usize, width: i32, height: i32, y: i32, fullHeight: i32): usize {
  const row = <i32>((<i64>(2 * y + 1) * height) / (2 * fullHeight));
  return labels + ((<usize>(row * width)) << 2);
}

/**
 * Sums of the picture's values over segments: sums f64 [count, channels + 1], last the number of pixels.
 *   labels i32 [height, width], stretched over the picture by nearest neighbours · columns: room for fullWidth i32
 */
export function sumSegments(
  x: usize,
  fullWidth: i32,
  fullHeight: i32,
  channels: i32,
  isFloat: i32,
  labels: usize,
  width: i32,
  height: i32,
  sums: usize,
  count: i32,
  columns: usize,
): void {
  const sumBytes = (<usize>(channels + 1)) << 3;
  const pixelBytes = <usize>(isFloat ? channels << 2 : channels);
  memory.fill(sums, 0, <usize>count * sumBytes);
  mapColumns(columns, fullWidth, width);
  for (let y = 0; y < fullHeight; y++) {
    const row = labelRow(labels, width, height, y, fullHeight);
    for (let column = 0; column < fullWidth; column++, x += pixelBytes) {
      let sum = sums + <usize>load<u32>(row + load<u32>(columns + ((<usize>column) << 2))) * sumBytes;
      for (let c = 0; c < channels; c++, sum += 8) {
        const value = isFloat ? <f64>load<f32>(x + ((<usize>c) << 2)) : <f64>load<u8>(x + c);
        store<f64>(sum, load<f64>(sum) + value);
      }
      store<f64>(sum, load<f64>(sum) + 1);
    }
  }
}

/** Each pixel of a segment that is `chosen` (u8 [count]) ← the segment's pixel of `colours` (the picture's type). */
export function paintSegments(
  x: usize,
  fullWidth: i32,
  fullHeight: i32,
  pixelBytes: i32,
  labels: usize,
  width: i32,
  height: i32,
  colours: usize,
  chosen: usize,
  columns: usize,
): void {
  mapColumns(columns, fullWidth, width);
  for (let y = 0; y < fullHeight; y++) {
    const row = labelRow(labels, width, height, y, fullHeight);
    for (let column = 0; column < fullWidth; column++, x += pixelBytes) {
      const label = <usize>load<u32>(row + load<u32>(columns + ((<usize>column) << 2)));
      if (!load<u8>(chosen + label)) continue;
      const colour = colours + label * <usize>pixelBytes;
      if (pixelBytes == 3) {
        store<u16>(x, load<u16>(colour));
        store<u8>(x, load<u8>(colour, 2), 2);
      } else memory.copy(x, colour, pixelBytes);
    }
  }
}
