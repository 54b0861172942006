/**
 * The contract of an augmentation: one file in operations/, one line in operations/index.ts. Chance is kept apart from
 * work: options are drawn into plain params, `settle` may draw what hangs on the size of the picture, and from there on
 * everything is a function of params (and, for what draws for each pixel, of a key that the resolved pipeline carries).
 * Parser, sampler, labels, command line, docs and the suite of tests derive from this object.
 */
import type { Key, Random } from '../random.ts';
import type { Batch, Originals } from './batch.ts';
import type { Matrix } from './matrix.ts';
import type { Options, ParamsOf, Size } from './options.ts';
import type { Path } from './pipeline-error.ts';
import type { Picture, PixelType, Studio } from './studio.ts';
import type { LevelMap } from './tables.ts';

/** Where points go: by a matrix, onto a canvas of that size. */
export interface MatrixMotion extends Size {
  /** Points of the picture that comes in → points of the one that goes out. */
  readonly matrix: Matrix;
}

/** Where points go: out(p) = in(p − d(p)); canvas and picture have one size. */
export interface Field {
  /** Byte offset of two f32 planes [H,W] of pixels: d.x, then d.y, at the centres of the pixels. */
  readonly ptr: number;
}

/** What a step works with. */
export interface Work<Params> {
  readonly studio: Studio;
  /** The picture that comes in; may be written to where it is also what is returned. */
  readonly image: Picture;
  readonly params: Params;
  /** Philox key for kernels that count pixels by themselves; only where `draws` is set. */
  readonly key: Key;
  /** A generator for what is drawn once a picture but not worth an option; only where `draws` is set. */
  readonly random: Random;
}

/** What the pictures are, declared when the pipeline is compiled. */
export interface PictureKind {
  readonly channels: number;
  readonly type: PixelType;
}

export interface Augmentation<O extends Options = Options> {
  /** For docs: one line, what it does to a picture. */
  readonly summary: string;
  /** In the order in which they are drawn. */
  readonly options: O;
  /** Lists of keys: where one of a list is named, the others are neutral; defaults hold where none is. */
  readonly groups?: readonly (readonly (keyof O & string)[])[];
  /** Lists of keys of which at most one may be named. */
  readonly alternatives?: readonly (readonly (keyof O & string)[])[];
  /** Checks what the schema of single options cannot. @throws EngineError `invalid-pipeline` */
  check?(node: Readonly<Record<string, unknown>>, path: Path): void;
  /** rgb: needs three channels, a fourth is left alone. Any number of channels where left out. */
  readonly needs?: 'rgb';
  /** As `needs: 'rgb'`, but only where these constants stand in the node. */
  readonly needsRgbFor?: Partial<Record<keyof O & string, unknown>>;
  /** Draws for each pixel or cell: resolved pipelines carry its stream. */
  readonly draws?: true;
  /** training: refused elsewhere. batch: as that, and it mixes the pictures of a batch. */
  readonly only?: 'training' | 'batch';

  /**
   * What still has to be drawn, or computed once, before the work: from drawn options to the params of the other functions.
   * @throws EngineError `invalid-pipeline` at `path`, the node's, where an option does not fit the size
   */
  settle?(params: ParamsOf<O>, random: Random, size: Size, path: Path): ParamsOf<O>;
  /** For what moves points along a matrix. Without `apply` the picture is resampled with `interpolation, border, fill`. */
  matrix?(params: ParamsOf<O>, size: Size): MatrixMotion;
  /** For what moves points along a field. As `matrix`. */
  field?(work: Work<ParamsOf<O>>): Field;
  /** For what maps every value on its own, neither rounded nor clipped yet. */
  table?(params: ParamsOf<O>): LevelMap;
  /** Returns the picture that goes out: one of the studio's, or the one that came in, changed or not. */
  apply?(work: Work<ParamsOf<O>>): Picture;

  /** For what mixes the pictures of a batch, in place. */
  mix?(params: ParamsOf<O>, batch: Batch, before: Originals, random: Random): void;

  /** Nodes, less their type, that the suites, the docs and the benchmark run. */
  readonly samples: readonly Readonly<Record<string, unknown>>[];
}

/** The key of a node that makes it need three channels, `type` where it always does; nothing where it does not. */
export function rgbKey(
  { needs, needsRgbFor = {} }: Augmentation,
  node: Readonly<Record<string, unknown>>,
): string | undefined {
  if (needs === 'rgb') return 'type';
  return Object.keys(needsRgbFor).find((key) => node[key] === needsRgbFor[key]);
}

/** Keeps the types of options through to params. */
export function augmentation<const O extends Options>(definition: Augmentation<O>): Augmentation<O> {
  return definition;
}
