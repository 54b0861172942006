/**
 * i8 weights rearranged for the int8 kernels, with the zero point of their input folded into the bias:
 *   Σ (x − zero)·w + bias = Σ x·w + (bias − zero·Σw)
 * where x and zero are as the path has them (dot.ts), both 128 less on path 2. Sums wrap around in i32 without harm.
 */
import { PATH_I16, PATH_SIGNED } from './dot';
import { FILTER_HEAD, Windowing } from './merge';
import { PANEL_HEAD, QuantizedTile } from './tile';

class Packing {
  /** Weights that stand side by side for one lane of a dot product. */
  @inline
  static group(path: i32): i32 {
    return path == PATH_I16 ? 2 : 4;
  }

  /** Writes lane `lane` of `lanes` of a head: corrected bias, then multiplier. bias = 0 means zero. */
  static head(
    path: i32,
    target: usize,
    lane: i32,
    lanes: i32,
    bias: usize,
    multipliers: usize,
    channel: i32,
    zero: i32,
    sum: i32,
  ): void {
    const offset = (<usize>channel) << 2;
    const start: i32 = bias ? load<i32>(bias + offset) : 0;
    const shift = path == PATH_SIGNED ? 128 : 0;
    target += (<usize>lane) << 2;
    store<i32>(target, start - (zero - shift) * sum);
    store<f32>(target + ((<usize>lanes) << 2), load<f32>(multipliers + offset));
  }
}

/**
 * panels ← w [K,N] of i8, rows wStride bytes apart, as [ceil(N/8)][bias i32 × 8 | multiplier f32 × 8 | K/group][8][group],
 * zeros beyond K and N. bias [N]: i32 in units of xScale·wScale[n], 0 for none · multipliers [N]: f32
 * xScale·wScale[n] / yScale, or without yScale for an f32 output · zero: the zero point of x, 0…255
 */
export function packPanelsI8(
  path: i32,
  w: usize,
  wStride: usize,
  bias: usize,
  multipliers: usize,
  zero: i32,
  k: i32,
  n: i32,
  panels: usize,
): void {
  const group = Packing.group(path);
  const panelBytes = PANEL_HEAD + ((QuantizedTile.panelRows(k, group) * group) << 3);
  memory.fill(panels, 0, (<usize>(n + 7) >> 3) * panelBytes);
  for (let column = 0; column < n; column++) {
    const lane = column & 7;
    let source = w + column;
    let target = panels + PANEL_HEAD + lane * group;
    let sum = 0;
    for (let i = 0; i < k; i += group, target += group << 3) {
      for (let j = 0; j < min(group, k - i); j++, source += wStride) {
        const weight = load<i8>(source);
        store<i8>(target + j, weight);
        sum += weight;
      }
    }
    Packing.head(path, panels, lane, 8, bias, multipliers, column, zero, sum);
    if (lane == 7) panels += panelBytes;
  }
}

const windowing = changetype<Windowing>(memory.data(offsetof<Windowing>(), 16));

/**
 * packed ← depthwise filter [KH,KW,C] of i8, for every four channels
 *   [bias i32 × 4 | multiplier f32 × 4 | passRows][groups][columns][4][groupRows], zeros beyond C (Windowing has the sizes)
 * bias, multipliers, zero as packPanelsI8; strides and dilations as the kernel will be given them.
 */
export function packDepthwiseI8(
  path: i32,
  filter: usize,
  bias: usize,
  multipliers: usize,
  zero: i32,
  c: i32,
  kh: i32,
  kw: i32,
  strideH: i32,
  dilationH: i32,
  dilationW: i32,
  packed: usize,
): void {
  const p = windowing;
  p.set(path, kh, kw, strideH, dilationH, dilationW);
  memory.fill(packed, 0, <usize>((c + 3) >> 2) * p.blockBytes);
  for (let channel = 0; channel < c; channel++) {
    const lane = channel & 3;
    let source = filter + channel;
    let sum = 0;
    for (let ky = 0; ky < kh; ky++) {
      for (let kx = 0; kx < kw; kx++, source += c) {
        const weight = load<i8>(source);
        sum += weight;
        for (let shift = 0; shift < p.passRows; shift++) {
          const row = ky + shift;
          const vector = (shift * p.groups + row / p.groupRows) * p.columns + kx * dilationW;
          const target = packed + FILTER_HEAD + ((<usize>vector) << 4) + ((<usize>lane) << 2);
          if (path == PATH_I16) store<i16>(target + ((<usize>(row & 1)) << 1), weight);
          else store<i8>(target + (row & 3), weight);
        }
      }
    }
    Packing.head(path, packed, lane, 4, bias, multipliers, channel, zero, sum);
    if (lane == 3) packed += p.blockBytes;
  }
}
