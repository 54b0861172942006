/**
 * Boxes, keypoints and the lists beside them, moved along with a picture (AUGMENTATIONS.md §1). A box travels as the points
 * of its outline and becomes a box again only at the end, so it does not grow from step to step; it is clipped once, and
 * how much of it is visible is measured against all of it.
 */
import { EngineError } from '../errors.ts';
import { excerpt, jsonPath } from '../json.ts';
import { corners, hull, type Matrix, mapPoint, mirrors, type Point } from './matrix.ts';
import type { Size } from './options.ts';
import type { Path } from './pipeline-error.ts';
import type { BoxFormat, Targets } from './targets.ts';

/** As they are sent and come back: `boxes` of four numbers in the target's format, `keypoints` [x, y, v?], lists by name. */
export interface Labels {
  readonly boxes?: readonly (readonly number[])[];
  readonly keypoints?: readonly (readonly number[])[];
  readonly [field: string]: readonly unknown[] | undefined;
}

interface Keypoint {
  readonly at: Point;
  /** 0 not labelled, 1 hidden, 2 visible (COCO). */
  readonly visibility: number;
}

/** Points on each side of a box where its sides bend. */
const POINTS_A_SIDE = 16;

export class MovingLabels {
  readonly #targets: Targets;
  readonly #fields: readonly (readonly [string, readonly unknown[]])[];
  readonly #hasBoxes: boolean;
  readonly #hasKeypoints: boolean;
  #outlines: readonly (readonly Point[])[];
  #keypoints: Keypoint[];

  /**
   * @param bends whether a step moves points otherwise than along straight lines
   * @throws EngineError `invalid-labels` with the path from the root of the labels
   */
  constructor(labels: unknown, targets: Targets, size: Size, bends: boolean) {
    const object = parseObject(labels, targets.boxes.labelFields);
    this.#targets = targets;
    this.#hasBoxes = object.boxes !== undefined;
    this.#hasKeypoints = object.keypoints !== undefined;
    const boxes = list(object.boxes, ['boxes']).map((box, i) =>
      parseBox(box, targets.boxes.format, size, ['boxes', i]),
    );
    this.#outlines = boxes.map((box) => (bends ? outline(box) : corners(...box)));
    this.#keypoints = list(object.keypoints, ['keypoints']).map((point, i) => parseKeypoint(point, ['keypoints', i]));
    this.#fields = targets.boxes.labelFields
      .filter((name) => object[name] !== undefined)
      .map((name) => {
        const values = list(object[name], [name]);
        if (values.length !== boxes.length) {
          throw labelError([name], `expected one entry for each of ${boxes.length} boxes, got ${values.length}`);
        }
        return [name, values] as const;
      });
  }

  alongMatrix(matrix: Matrix): void {
    this.#move((point) => mapPoint(matrix, point));
    if (!mirrors(matrix)) return;
    for (const [a, b] of this.#targets.keypoints.flipPairs) {
      const [first, second] = [this.#keypoints[a], this.#keypoints[b]];
      if (!first || !second) continue;
      this.#keypoints[a] = second;
      this.#keypoints[b] = first;
    }
  }

  /** @param move where a point of the picture that comes in lies in the one that goes out */
  alongField(move: (point: Point) => Point): void {
    this.#move(move);
  }

  #move(move: (point: Point) => Point): void {
    this.#outlines = this.#outlines.map((points) => points.map(move));
    this.#keypoints = this.#keypoints.map(({ at, visibility }) => ({ at: move(at), visibility }));
  }

  /** The labels of the picture that came out: boxes that are visible enough, and every keypoint. */
  finish(size: Size): Labels {
    const { format, minVisibility } = this.#targets.boxes;
    const boxes: number[][] = [];
    const kept: number[] = [];
    this.#outlines.forEach((points, index) => {
      const whole = hull(points);
      const clipped = clip(whole, size);
      const visibility = area(clipped) / area(whole);
      if (!(visibility > 0) || visibility < minVisibility) return;
      boxes.push(writeBox(clipped, format, size));
      kept.push(index);
    });
    const labels: Record<string, readonly unknown[]> = {};
    if (this.#hasBoxes) labels.boxes = boxes;
    for (const [name, values] of this.#fields) labels[name] = kept.map((index) => values[index]);
    if (this.#hasKeypoints) {
      labels.keypoints = this.#keypoints.map(({ at: [x, y], visibility }) => {
        const isInside = x >= 0 && x <= size.width && y >= 0 && y <= size.height;
        return [x, y, isInside ? visibility : 0];
      });
    }
    return labels as Labels;
  }
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

function area([left, top, right, bottom]: Box): number {
  return Math.max(right - left, 0) * Math.max(bottom - top, 0);
}

function clip([left, top, right, bottom]: Box, { width, height }: Size): Box {
  return [Math.max(left, 0), Math.max(top, 0), Math.min(right, width), Math.min(bottom, height)];
}

function outline(box: Box): readonly Point[] {
  const points = corners(...box);
  return points.flatMap(([x, y], i) => {
    const [toX, toY] = points[(i + 1) % 4] as Point;
    return Array.from({ length: POINTS_A_SIDE }, (_, k): Point => {
      const share = k / POINTS_A_SIDE;
      return [x + (toX - x) * share, y + (toY - y) * share];
    });
  });
}

function readBox(
  [a, b, c, d]: readonly [number, number, number, number],
  format: BoxFormat,
  { width, height }: Size,
): Box {
  switch (format) {
    case 'xyxy':
      return [a, b, c, d];
    case 'xywh':
      return [a, b, a + c, b + d];
    case 'cxcywh':
      return [a - c / 2, b - d / 2, a + c / 2, b + d / 2];
    case 'yolo':
      return [(a - c / 2) * width, (b - d / 2) * height, (a + c / 2) * width, (b + d / 2) * height];
  }
}

function writeBox([left, top, right, bottom]: Box, format: BoxFormat, { width, height }: Size): number[] {
  switch (format) {
    case 'xyxy':
      return [left, top, right, bottom];
    case 'xywh':
      return [left, top, right - left, bottom - top];
    case 'cxcywh':
      return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
    case 'yolo':
      return [(left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height];
  }
}

/** Beyond this a coordinate is no longer one of a picture. */
const MAX_COORDINATE = 1e7;

const isCoordinate = (value: unknown) => typeof value === 'number' && Math.abs(value) <= MAX_COORDINATE;

function parseBox(value: unknown, format: BoxFormat, size: Size, path: Path): Box {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(isCoordinate)) {
    throw labelError(path, `expected a box of four finite numbers (${format}), got ${excerpt(value)}`);
  }
  const box = readBox(value as unknown as [number, number, number, number], format, size);
  if (!(box[0] < box[2] && box[1] < box[3])) throw labelError(path, `the box ${excerpt(value)} has no area`);
  return box;
}

function parseKeypoint(value: unknown, path: Path): Keypoint {
  const isFit =
    Array.isArray(value) && (value.length === 2 || value.length === 3) && value.slice(0, 2).every(isCoordinate);
  const visibility: unknown = isFit && value.length === 3 ? value[2] : 2;
  if (!isFit || ![0, 1, 2].includes(visibility as number)) {
    throw labelError(path, `expected [x, y] or [x, y, v] of finite numbers, v 0, 1 or 2, got ${excerpt(value)}`);
  }
  return { at: [value[0], value[1]], visibility: visibility as number };
}

function parseObject(value: unknown, fields: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw labelError([], `expected an object, got ${excerpt(value)}`);
  }
  const unknown = Object.keys(value).find((key) => !['boxes', 'keypoints', ...fields].includes(key));
  if (unknown !== undefined)
    throw labelError([unknown], "unknown key: neither boxes, keypoints nor one of the pipeline's labelFields");
  return value as Record<string, unknown>;
}

function list(value: unknown, path: Path): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw labelError(path, `expected a list, got ${excerpt(value)}`);
  return value;
}

function labelError(path: Path, message: string): EngineError {
  const text = jsonPath(path);
  return new EngineError('invalid-labels', `${text}: ${message}`, text);
}
