/**
 * A filter laid over a picture, as the course teaches it: correlation, every channel on its own, signed sums. Rows go
 * through the kernel one at a time, so only as many as the filter is high are held beside picture and result.
 */
import { EngineError } from '../errors.ts';
import { type Border, borderIndex } from './border.ts';
import type { Filter } from './filters.ts';
import type { Image } from './image.ts';
import type { ImageKernels } from './kernels.ts';
import { atMost } from './limits.ts';
import { flattenAlpha } from './pixels.ts';

export interface ConvolveOptions {
  readonly filter: Filter;
  /** Pixels from one output to the next, both ways. Default 1. */
  readonly stride?: number;
  /** `same` (default): windows are centred on rows and columns 0, s, 2s …; `valid`: only windows inside the picture. */
  readonly padding?: 'same' | 'valid';
  /** What `same` sees outside the picture. Default `reflect`. */
  readonly border?: Border;
  /** Level 0–255 outside, for `constant`. Default 0. */
  readonly fill?: number;
  readonly limits?: Partial<ConvolveLimits>;
}

export interface ConvolveLimits {
  /** Output values, 4 bytes each, that `convolve` keeps. */
  readonly values: number;
  /** Products of a weight that is not 0 and a value: what the work grows with. */
  readonly products: number;
}

/** 64 MB of sums; about half a second of work. */
export const defaultConvolveLimits: ConvolveLimits = { values: 16_000_000, products: 4_000_000_000 };

/** Signed sums [OH,OW,C], row by row, unclipped. */
export interface Convolved {
  readonly shape: readonly [number, number, number];
  readonly data: Float32Array;
}

/**
 * Convolves a picture, alpha laid over white first: `same` gives [⌈H/s⌉, ⌈W/s⌉, C], `valid` [⌊(H − kh)/s⌋ + 1, …, C].
 * The anchor is the filter's centre, for an even side the element behind it.
 * @throws EngineError `invalid-input`: stride or fill out of range, a filter larger than the picture with `valid`;
 * `limit-exceeded`
 */
export function convolve(kernels: ImageKernels, image: Image, options: ConvolveOptions): Convolved {
  const rows = new RowConvolver(kernels, image, options);
  const [height, width, channels] = rows.shape;
  const { values } = { ...defaultConvolveLimits, ...options.limits };
  atMost('the convolved picture', height * width * channels, values, 'values');
  const data = new Float32Array(height * width * channels);
  rows.run((row, y) => data.set(row, y * row.length));
  return { shape: rows.shape, data };
}

const BLOCK = 16; // values that the kernel may read and write behind the end of a row
const FLOAT_BYTES = 4;
const TAP_BYTES = 8;

/** One convolution, row by row: for what need not keep all sums. */
export class RowConvolver {
  readonly shape: readonly [number, number, number];
  readonly #kernels: ImageKernels;
  readonly #image: Image;
  readonly #filter: Filter;
  readonly #stride: number;
  readonly #border: Border;
  readonly #fill: number;
  readonly #padTop: number;
  readonly #padLeft: number;

  constructor(kernels: ImageKernels, image: Image, options: ConvolveOptions) {
    const { filter, stride = 1, padding = 'same', border = 'reflect', fill = 0, limits } = options;
    if (!Number.isInteger(stride) || stride < 1) {
      throw new EngineError('invalid-input', `the stride is ${stride}, expected an integer of at least 1`);
    }
    if (!(fill >= 0 && fill <= 255)) throw new EngineError('invalid-input', `the fill is ${fill}, expected 0 to 255`);
    this.#kernels = kernels;
    this.#image = image;
    this.#filter = filter;
    this.#stride = stride;
    this.#border = border;
    this.#fill = fill;
    this.#padTop = padding === 'same' ? Math.floor(filter.height / 2) : 0;
    this.#padLeft = padding === 'same' ? Math.floor(filter.width / 2) : 0;
    const outputs = (size: number, window: number) =>
      padding === 'same' ? Math.ceil(size / stride) : Math.floor((size - window) / stride) + 1;
    if (padding === 'valid' && (filter.height > image.height || filter.width > image.width)) {
      throw new EngineError(
        'invalid-input',
        `a filter of ${filter.height}×${filter.width} does not fit into a picture of ${image.height}×${image.width} ` +
          `(rows × columns) without padding`,
      );
    }
    this.shape = [outputs(image.height, filter.height), outputs(image.width, filter.width), image.channels < 3 ? 1 : 3];
    const taps = filter.weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
    const products = this.shape[0] * this.shape[1] * this.shape[2] * taps;
    atMost('the convolution', products, limits?.products ?? defaultConvolveLimits.products, 'products');
  }

  /** Hands every row of sums, [OW,C], to `receive`; the array dies with the call. */
  run(receive: (row: Float32Array, y: number) => void): void {
    const [outHeight, outWidth, channels] = this.shape;
    const { height: kh, width: kw, weights } = this.#filter;
    const { width, height } = this.#image;
    const stride = this.#stride;
    const { call, memory } = this.#kernels;

    // Columns that the windows of a row see, ordered by their remainder by the stride: outputs that lie side by side then
    // read values that do, at every stride.
    const perPhase = outWidth + Math.floor((kw - 1) / stride);
    const phases = Math.min(stride, kw);
    const columns = Array.from({ length: phases * perPhase }, (_, i) => {
      const column = (i % perPhase) * stride + Math.floor(i / perPhase) - this.#padLeft;
      return borderIndex(column, width, this.#border);
    });
    const tapOffset = (kx: number) => ((kx % stride) * perPhase + Math.floor(kx / stride)) * channels * FLOAT_BYTES;

    const layout = new Layout(this.#kernels.heapBase);
    const source = layout.take((width + 1) * channels + BLOCK);
    const offsets = layout.take(columns.length * 4);
    const taps = layout.take(kh * kw * TAP_BYTES);
    const result = layout.take((outWidth * channels + BLOCK) * FLOAT_BYTES);
    const rowBytes = (columns.length * channels + BLOCK) * FLOAT_BYTES;
    const ring = layout.take(kh * rowBytes);
    this.#kernels.reserve(layout.end);

    const bytes = new Uint8Array(memory.buffer);
    const view = new DataView(memory.buffer);
    const sums = new Float32Array(memory.buffer, result, outWidth * channels);
    // The pixel behind the row's last is the fill, which constant borders point to.
    columns.forEach((column, i) => {
      view.setInt32(offsets + 4 * i, (column < 0 ? width : column) * channels, true);
    });
    bytes.fill(this.#fill, source + width * channels, source + (width + 1) * channels);
    const inside = this.#plainRun(columns, width);

    const loadRow = (row: number, target: number) => {
      const y = borderIndex(row, height, this.#border);
      if (y < 0) bytes.fill(this.#fill, source, source + width * channels);
      else bytes.set(this.#row(y), source);
      const gather = (first: number, count: number) =>
        call.gatherRow(source, offsets + 4 * first, target + first * channels * FLOAT_BYTES, count, channels);
      // The run in order first: it writes whole blocks, what it spills is then put right.
      call.convertRow(
        source + inside.source * channels,
        target + inside.first * channels * FLOAT_BYTES,
        inside.count * channels,
      );
      gather(0, inside.first);
      gather(inside.first + inside.count, columns.length - inside.first - inside.count);
    };

    let nextRow = -this.#padTop;
    for (let y = 0; y < outHeight; y++) {
      const top = y * stride - this.#padTop;
      const slot = (row: number) => ring + ((row + this.#padTop) % kh) * rowBytes;
      for (nextRow = Math.max(nextRow, top); nextRow < top + kh; nextRow++) loadRow(nextRow, slot(nextRow));
      let tap = taps;
      for (let ky = 0; ky < kh; ky++) {
        for (let kx = 0; kx < kw; kx++) {
          const weight = weights[ky * kw + kx]!;
          if (weight === 0) continue;
          view.setUint32(tap, slot(top + ky) + tapOffset(kx), true);
          view.setFloat32(tap + 4, weight, true);
          tap += TAP_BYTES;
        }
      }
      call.convolveRow(taps, tap, result, outWidth * channels);
      receive(sums, y);
    }
  }

  /** Row y of the picture without alpha. */
  #row(y: number): Uint8Array {
    const { width, channels, data } = this.#image;
    const row = data.subarray(y * width * channels, (y + 1) * width * channels);
    return flattenAlpha({ width, height: 1, channels, data: row }).data;
  }

  /** The part of `columns` that is the row as it stands: empty where the stride takes it apart. */
  #plainRun(columns: readonly number[], width: number): { first: number; source: number; count: number } {
    if (this.#stride > 1) return { first: 0, source: 0, count: 0 };
    const first = this.#padLeft;
    return { first, source: 0, count: Math.min(width, columns.length - first) };
  }
}

/** Places buffers behind each other, each at a multiple of 16 bytes. */
class Layout {
  end: number;
  constructor(start: number) {
    this.end = start;
  }
  take(bytes: number): number {
    const at = this.end;
    this.end = Math.ceil((at + bytes) / 16) * 16;
    return at;
  }
}
