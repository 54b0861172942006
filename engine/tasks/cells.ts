/**
 * Cells of a mask under the pixels of a picture, along one axis: between the middles of two cells, scores go over linearly;
 * before the first middle and behind the last they stay (as bilinear resizing with half-pixel centres has it).
 */

/** Neighbouring pixels that lie between the middles of the same two cells. */
export interface Run {
  /** Pixels of the picture: first, and the first one behind. */
  readonly first: number;
  readonly end: number;
  /** The two cells; the same one twice where there is only one. */
  readonly before: number;
  readonly behind: number;
  /** Sum over the pixels of how much of the cell behind each has. */
  readonly weight: number;
}

export interface Axis {
  readonly runs: readonly Run[];
  /** How much of the cell behind each pixel of the picture has, 0–1. */
  readonly weights: Float64Array;
}

/**
 * @param pixels of the picture
 * @param scale, offset of `sourceMapping`
 * @param side of the model's input, which the cells share evenly
 */
export function axisOf(pixels: number, scale: number, offset: number, side: number, cells: number): Axis {
  const weights = new Float64Array(pixels);
  const runs: Run[] = [];
  let [first, at, sum] = [0, -1, 0];
  const close = (end: number) => {
    if (at >= 0) runs.push({ first, end, before: at, behind: Math.min(at + 1, cells - 1), weight: sum });
  };
  for (let pixel = 0; pixel < pixels; pixel++) {
    const place = ((pixel + 0.5) / scale - offset) * (cells / side);
    const isInside = place >= 0 && place < cells; // a crop leaves pixels out
    const middle = Math.min(Math.max(place - 0.5, 0), cells - 1);
    const cell = isInside ? Math.min(Math.floor(middle), Math.max(cells - 2, 0)) : -1;
    if (cell !== at) {
      close(pixel);
      [first, at, sum] = [pixel, cell, 0];
    }
    if (!isInside) continue;
    weights[pixel] = middle - cell;
    sum += middle - cell;
  }
  close(pixels);
  return { runs, weights };
}
