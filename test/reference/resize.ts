/**
 * Bilinear resizing in exact numbers: every output pixel is the weighted mean of the source pixels under its triangle. The
 * fixed-point code may differ by its roundings only.
 */
import type { Image } from '../../engine/image/image.ts';

/** [H,W,C] u8 → [height,width,C], not rounded. */
export function resizeReference(image: Image, width: number, height: number, antialias: boolean): Float64Array {
  const { channels, data } = image;
  const result = new Float64Array(width * height * channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const rows = weights(image.height, height, y, antialias);
    for (let x = 0; x < width; x++) {
      const columns = weights(image.width, width, x, antialias);
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (const [row, rowWeight] of rows) {
          for (const [column, columnWeight] of columns) {
            sum += data[(row * image.width + column) * channels + channel]! * rowWeight * columnWeight;
          }
        }
        result[to++] = sum;
      }
    }
  }
  return result;
}

/** Source pixels of one axis and their weights, which sum to 1. Outside: left out with antialias, else the edge. */
function weights(size: number, resized: number, index: number, antialias: boolean): [number, number][] {
  const scale = size / resized;
  const reach = antialias ? Math.max(scale, 1) : 1;
  const center = (index + 0.5) * scale;
  const found = new Map<number, number>();
  for (let pixel = Math.floor(center - reach) - 1; pixel <= center + reach; pixel++) {
    const weight = Math.max(0, 1 - Math.abs(pixel + 0.5 - center) / reach);
    if (antialias && (pixel < 0 || pixel >= size)) continue;
    const source = Math.min(Math.max(pixel, 0), size - 1);
    found.set(source, (found.get(source) ?? 0) + weight);
  }
  const sum = [...found.values()].reduce((a, b) => a + b, 0);
  return [...found].map(([pixel, weight]) => [pixel, weight / sum]);
}
