/** What a pipeline says about labels: `targets` of the document. labels.ts moves them. */
import { excerpt } from '../json.ts';
import { asObject, type Path, pipelineError, refuseUnknown } from './pipeline-error.ts';

export const boxFormats = ['xyxy', 'xywh', 'cxcywh', 'yolo'] as const;
/** xyxy, xywh and cxcywh in pixels; yolo is cxcywh in fractions of the picture. */
export type BoxFormat = (typeof boxFormats)[number];

export interface BoxTarget {
  readonly format: BoxFormat;
  /** Names of lists that run beside the boxes. */
  readonly labelFields: readonly string[];
  /** Share of a box, as it was moved, that has to lie inside for it to stay, 0–1; one that is wholly outside never stays. */
  readonly minVisibility: number;
}

export interface KeypointTarget {
  /** Zero-based indices that change places under a mirror. */
  readonly flipPairs: readonly (readonly [number, number])[];
}

export interface MaskTarget {
  /** Class value outside the mask. */
  readonly fill: number;
}

export interface Targets {
  readonly boxes: BoxTarget;
  readonly keypoints: KeypointTarget;
  readonly masks: MaskTarget;
  /** The part of the document, for resolved pipelines. */
  readonly written: Readonly<Record<string, unknown>> | undefined;
}

const MAX_FIELDS = 16;
const MAX_PAIRS = 1024;

/** @throws EngineError `invalid-pipeline` */
export function parseTargets(value: unknown, path: Path): Targets {
  const object = value === undefined ? {} : record(value, path, ['boxes', 'keypoints', 'masks']);
  return {
    boxes: parseBoxes(object.boxes, [...path, 'boxes']),
    keypoints: parseKeypoints(object.keypoints, [...path, 'keypoints']),
    masks: parseMasks(object.masks, [...path, 'masks']),
    written: value as Record<string, unknown> | undefined,
  };
}

export function writeTargets({ written }: Targets): Readonly<Record<string, unknown>> | undefined {
  return written;
}

function parseBoxes(value: unknown, path: Path): BoxTarget {
  const {
    format = 'xyxy',
    labelFields = [],
    clip = 'end',
    minVisibility = 0,
  } = value === undefined ? {} : record(value, path, ['format', 'labelFields', 'clip', 'minVisibility']);
  if (!boxFormats.includes(format as BoxFormat)) {
    throw pipelineError([...path, 'format'], `expected ${boxFormats.join(', ')}, got ${excerpt(format)}`);
  }
  if (clip !== 'end') throw pipelineError([...path, 'clip'], `expected end, got ${excerpt(clip)}`);
  if (typeof minVisibility !== 'number' || !(minVisibility >= 0 && minVisibility <= 1)) {
    throw pipelineError([...path, 'minVisibility'], `expected a share 0 … 1, got ${excerpt(minVisibility)}`);
  }
  return {
    format: format as BoxFormat,
    labelFields: parseFields(labelFields, [...path, 'labelFields']),
    minVisibility,
  };
}

function parseFields(value: unknown, path: Path): readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_FIELDS) {
    throw pipelineError(path, `expected a list of at most ${MAX_FIELDS} names, got ${excerpt(value)}`);
  }
  value.forEach((name, i) => {
    const isName = typeof name === 'string' && /^[A-Za-z_][\w-]{0,63}$/.test(name);
    if (!isName || ['boxes', 'keypoints', '__proto__'].includes(name) || value.indexOf(name) !== i) {
      throw pipelineError([...path, i], `expected a name of its own, got ${excerpt(name)}`);
    }
  });
  return value as readonly string[];
}

function parseKeypoints(value: unknown, path: Path): KeypointTarget {
  const { flipPairs = [] } = value === undefined ? {} : record(value, path, ['flipPairs']);
  const here = [...path, 'flipPairs'];
  if (!Array.isArray(flipPairs) || flipPairs.length > MAX_PAIRS) {
    throw pipelineError(here, `expected a list of at most ${MAX_PAIRS} pairs, got ${excerpt(flipPairs)}`);
  }
  const seen = new Set<number>();
  flipPairs.forEach((pair: unknown, i) => {
    const isIndex = (index: unknown) => Number.isInteger(index) && (index as number) >= 0 && !seen.has(index as number);
    const isPair = Array.isArray(pair) && pair.length === 2 && pair[0] !== pair[1] && pair.every(isIndex);
    if (!isPair)
      throw pipelineError([...here, i], `expected two zero-based indices in no other pair, got ${excerpt(pair)}`);
    for (const index of pair) seen.add(index);
  });
  return { flipPairs: flipPairs as [number, number][] };
}

function parseMasks(value: unknown, path: Path): MaskTarget {
  const { interpolation = 'nearest', fill = 0 } =
    value === undefined ? {} : record(value, path, ['interpolation', 'fill']);
  if (interpolation !== 'nearest') {
    throw pipelineError(
      [...path, 'interpolation'],
      `expected nearest (class values do not mix), got ${excerpt(interpolation)}`,
    );
  }
  if (!Number.isInteger(fill) || (fill as number) < 0 || (fill as number) > 255) {
    throw pipelineError([...path, 'fill'], `expected a class value 0 … 255, got ${excerpt(fill)}`);
  }
  return { fill: fill as number };
}

function record(value: unknown, path: Path, known: readonly string[]): Record<string, unknown> {
  const object = asObject(value, path);
  refuseUnknown(object, known, path);
  return object;
}
