/** Where the names of boxes are written: at their corners, inside the picture, and not over each other where that is possible. */

/** A rectangle in pixels of the screen. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box and the size of its name. */
export interface Labelled {
  readonly box: Rectangle;
  readonly width: number;
  readonly height: number;
}

const overlaps = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** `start` moved so that `length` fits into `from … from + room`; a length that does not fit begins at `from`. */
const fitted = (start: number, length: number, from: number, room: number): number =>
  Math.max(from, Math.min(start, from + room - length));

/**
 * Places names one after the other: above the box's left upper corner, else inside it, then at the lower edge, then at the
 * right; the first place that is free, or the first of all where none is.
 * @param area that no name may leave
 */
export function placeLabels(labels: readonly Labelled[], area: Rectangle): readonly Rectangle[] {
  const placed: Rectangle[] = [];
  for (const { box, width, height } of labels) {
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    const corners = [
      [box.x, box.y - height],
      [box.x, box.y],
      [box.x, bottom - height],
      [box.x, bottom],
      [right - width, box.y - height],
      [right - width, box.y],
      [right - width, bottom - height],
    ] as const;
    const candidates = corners.map(([x, y]) => ({
      x: fitted(x, width, area.x, area.width),
      y: fitted(y, height, area.y, area.height),
      width,
      height,
    }));
    const free = candidates.find((candidate) => !placed.some((other) => overlaps(candidate, other)));
    placed.push(free ?? (candidates[0] as Rectangle));
  }
  return placed;
}
