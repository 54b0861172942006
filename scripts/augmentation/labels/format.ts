/**
 * The contract of a label format: where its labels stand, how they become instances that can be moved, and how moved ones
 * are written back in the same format. One file a format in this folder, a line in index.ts.
 */
import type { Size } from '../../../engine/augment/options.ts';
import type { PictureList } from '../pictures.ts';

export type Point = readonly [x: number, y: number];

/** One labelled thing, in pixels of the upright picture (or fractions of it). What it lacks stays away. */
export interface Instance {
  /** left, top, right, bottom */
  readonly box?: readonly [number, number, number, number];
  /** x, y and COCO's visibility: 0 not labelled, 1 hidden, 2 visible. */
  readonly keypoints?: readonly (readonly [number, number, number])[];
  /** Outlines, whose points move like keypoints. */
  readonly polygons?: readonly (readonly Point[])[];
  /** What the format needs to write it back. */
  readonly entry: unknown;
}

export interface LabelSet {
  /** Names of the files that held the labels, for the report. */
  readonly description: string;
  /** Boxes are fractions of the picture's sides, not pixels. */
  readonly inFractions?: true;
  /** Labels of one picture; nothing where it has none. @throws EngineError `invalid-labels` that begins with the file */
  labelsOf(file: string): Promise<readonly Instance[] | undefined>;
  writer(outFolder: string): LabelWriter;
}

/** Takes the outputs in their final order. */
export interface LabelWriter {
  add(
    source: string,
    output: string,
    size: Size & { readonly channels: number },
    instances: readonly Instance[],
  ): Promise<void>;
  finish(): Promise<void>;
}

export interface LabelFormat {
  readonly name: string;
  /** The labels of a folder; nothing where it has none of this format. @throws EngineError where a file of it is broken */
  open(pictures: PictureList): Promise<LabelSet | undefined>;
}
