/** Pictures, masks and labels through a pipeline. */
import { EngineError } from '../errors.ts';
import type { ImageKernels } from '../image/kernels.ts';
import type { Augmentation, Field, PictureKind, Work } from './augmentation.ts';
import { fieldMove } from './field.ts';
import { type Labels, MovingLabels } from './labels.ts';
import { multiply } from './matrix.ts';
import { augmentationOf } from './operations/index.ts';
import type { Pipeline } from './pipeline.ts';
import { type Resampling, warpField, warpMatrix } from './resampling.ts';
import { type PictureName, resolve, type Step, stepRandom } from './resolve.ts';
import { type Picture, type Pixels, Studio } from './studio.ts';
import { applyTables, type LevelMap } from './tables.ts';

export interface AugmentInput extends PictureName {
  readonly labels?: unknown;
  /** One channel of class values, u8, of the picture's size. */
  readonly mask?: Pixels;
  /** The last channel is transparency: only what moves points touches it. Default false. */
  readonly alpha?: boolean;
  /** Where the pixels go, if it has their number; else new ones are made. */
  readonly into?: Uint8Array | Float32Array;
}

export interface Augmented {
  readonly image: Pixels;
  readonly mask?: Pixels;
  readonly labels?: Labels;
  readonly steps: readonly Step[];
}

export interface AugmenterOptions {
  /** Merges neighbouring matrices into one resampling: faster and sharper, other bytes. Default false. */
  readonly fuse?: boolean;
  /** Of the memory of the kernels. */
  readonly maxBytes?: number;
}

/** One memory and the pipelines that run in it; a picture is finished before the next one begins. */
export class Augmenter {
  readonly #studio: Studio;
  readonly #fuse: boolean;

  constructor(kernels: ImageKernels, { fuse = false, maxBytes }: AugmenterOptions = {}) {
    this.#studio = new Studio(kernels, maxBytes);
    this.#fuse = fuse;
  }

  get memoryBytes(): number {
    return this.#studio.memoryBytes;
  }

  /**
   * Makes one picture.
   * @throws EngineError `invalid-input` for an empty picture or one of another kind than the pipeline was compiled for,
   * `invalid-labels`, `invalid-pipeline` where an option does not fit the size, `limit-exceeded`
   */
  run(pipeline: Pipeline, image: Pixels, input: AugmentInput): Augmented {
    checkPicture(image, pipeline.kind);
    if (input.mask) checkMask(input.mask, image);
    const steps = resolve(pipeline, image, input);
    const bends = steps.some(({ type }) => augmentationOf(type).field);
    const labels =
      input.labels === undefined ? undefined : new MovingLabels(input.labels, pipeline.targets, image, bends);
    try {
      const scene = new Scene(this.#studio, {
        image: this.#studio.load(image),
        mask: input.mask && this.#studio.load(input.mask),
        maskFill: pipeline.targets.masks.fill,
        alpha: input.alpha ?? false,
        labels,
      });
      for (const step of this.#fuse ? fused(steps) : steps) scene.apply(step);
      return { ...scene.finish(input.into), steps };
    } finally {
      this.#studio.keepOnly();
    }
  }
}

/** One picture that stays in the memory of the kernels, under one pipeline after the other: the work without the copies. */
export class SceneRunner {
  readonly #studio: Studio;
  readonly #image: Picture;

  constructor(kernels: ImageKernels, image: Pixels) {
    this.#studio = new Studio(kernels);
    this.#image = this.#studio.load(image);
    this.#studio.pin(this.#image);
  }

  /** Puts the picture back after work in place. */
  restore({ data }: Pixels): void {
    this.#studio.bytes(this.#image.ptr, data.length).set(data);
  }

  /** Makes a picture and forgets it; what works in place changes the one that stays. */
  run(pipeline: Pipeline, name: PictureName): void {
    const steps = resolve(pipeline, this.#image, name);
    const actors = { image: this.#image, mask: undefined, maskFill: 0, alpha: false, labels: undefined };
    const scene = new Scene(this.#studio, actors);
    for (const step of steps) scene.apply(step);
    scene.end();
    this.#studio.keepOnly();
  }
}

interface Actors {
  readonly image: Picture;
  readonly mask: Picture | undefined;
  /** Class value outside the mask. */
  readonly maskFill: number;
  readonly alpha: boolean;
  readonly labels: MovingLabels | undefined;
}

/** A picture on its way. */
class Scene {
  readonly #studio: Studio;
  readonly #labels: MovingLabels | undefined;
  readonly #alpha: boolean;
  readonly #maskResampling: Resampling;
  #image: Picture;
  #mask: Picture | undefined;
  /** Tables that wait to be applied as one: their product is exact. */
  #tables: LevelMap[] = [];

  constructor(studio: Studio, { image, mask, maskFill, alpha, labels }: Actors) {
    this.#studio = studio;
    this.#labels = labels;
    this.#alpha = alpha;
    this.#maskResampling = { interpolation: 'nearest', border: 'constant', fill: maskFill };
    this.#image = image;
    this.#mask = mask;
  }

  apply(step: Step): void {
    const operation = augmentationOf(step.type);
    if (operation.table) {
      this.#tables.push(operation.table(step.params as never));
      return;
    }
    this.#flushTables();
    const random = stepRandom(step);
    const work = {
      studio: this.#studio,
      image: this.#image,
      params: step.params,
      ...(random ? { random, key: random.kernelKey() } : {}),
    } as Work<never>;
    if (operation.matrix) this.#moveByMatrix(operation, step, work);
    else if (operation.field) this.#moveByField(operation, step, work);
    else if (operation.apply)
      this.#image = this.#alpha ? this.#keepingAlpha(operation.apply, work) : operation.apply(work);
    this.#studio.keepOnly(this.#image, this.#mask);
  }

  #moveByMatrix(operation: Augmentation, { params, size }: Step, work: Work<never>): void {
    const motion = (operation.matrix as NonNullable<Augmentation['matrix']>)(params as never, size);
    const studio = this.#studio;
    this.#image = operation.apply?.(work) ?? warpMatrix(studio, this.#image, motion, params as unknown as Resampling);
    this.#mask &&= warpMatrix(studio, this.#mask, motion, this.#maskResampling);
    this.#labels?.alongMatrix(motion.matrix);
  }

  #moveByField(operation: Augmentation, { params }: Step, work: Work<never>): void {
    const field: Field = (operation.field as NonNullable<Augmentation['field']>)(work);
    const studio = this.#studio;
    this.#labels?.alongField(fieldMove(studio, field, this.#image));
    this.#image = warpField(studio, this.#image, field, params as unknown as Resampling);
    this.#mask &&= warpField(studio, this.#mask, field, this.#maskResampling);
  }

  /** The last channel as it was, whatever `apply` does to it. */
  #keepingAlpha(apply: NonNullable<Augmentation['apply']>, work: Work<never>): Picture {
    const { channels, width, height, type, ptr } = this.#image;
    const bytes = type === 'f32' ? 4 : 1;
    const count = width * height;
    const saved = this.#studio.take(count * bytes);
    const last = (channels - 1) * bytes;
    this.#studio.call.copyStrided(ptr + last, channels * bytes, saved, bytes, count, bytes);
    const image = apply(work);
    this.#studio.call.copyStrided(saved, bytes, image.ptr + last, channels * bytes, count, bytes);
    return image;
  }

  #flushTables(): void {
    if (this.#tables.length === 0) return;
    const tables = this.#tables;
    this.#tables = [];
    const apply = ({ studio, image }: Work<never>) => {
      applyTables(studio, image, tables);
      return image;
    };
    const work = { studio: this.#studio, image: this.#image } as Work<never>;
    this.#image = this.#alpha ? this.#keepingAlpha(apply, work) : apply(work);
    this.#studio.keepOnly(this.#image, this.#mask);
  }

  /** Does what still waits. */
  end(): void {
    this.#flushTables();
  }

  finish(into: AugmentInput['into']): Omit<Augmented, 'steps'> {
    this.end();
    const { width, height } = this.#image;
    const pixels = (picture: Picture, target?: AugmentInput['into']): Pixels => ({
      width,
      height,
      channels: picture.channels,
      data: this.#studio.unload(picture, target),
    });
    return {
      image: pixels(this.#image, into),
      ...(this.#mask ? { mask: pixels(this.#mask) } : {}),
      ...(this.#labels ? { labels: this.#labels.finish({ width, height }) } : {}),
    };
  }
}

/** Neighbouring steps that only resample along matrices, in the same way, become one. */
function fused(steps: readonly Step[]): readonly Step[] {
  const result: Step[] = [];
  for (const step of steps) {
    const last = result.at(-1);
    const joined = last && join(last, step);
    if (joined) result[result.length - 1] = joined;
    else result.push(step);
  }
  return result;
}

function join(first: Step, second: Step): Step | undefined {
  const motions = [first, second].map(({ type, params, size }) => {
    const operation = augmentationOf(type);
    return operation.apply ? undefined : operation.matrix?.(params as never, size);
  });
  const [a, b] = motions;
  const isSame = ['interpolation', 'border', 'fill'].every(
    (key) => JSON.stringify(first.params[key]) === JSON.stringify(second.params[key]),
  );
  // Canvases of another size would show what lies outside of the one between.
  const isCanvas =
    a &&
    b &&
    a.width === b.width &&
    a.height === b.height &&
    b.width === first.size.width &&
    b.height === first.size.height;
  if (!a || !b || !isSame || !isCanvas) return undefined;
  const matrix = multiply(b.matrix, a.matrix);
  return { type: 'affine', params: { ...first.params, fit: false, matrix }, size: first.size };
}

function checkPicture({ width, height, channels, data }: Pixels, kind: PictureKind): void {
  const isWhole = [width, height, channels].every((side) => Number.isInteger(side) && side >= 1);
  if (!isWhole || data.length !== width * height * channels) {
    throw new EngineError(
      'invalid-input',
      `a picture of ${width}×${height} pixels and ${channels} channels has ${data.length} values, expected their product, at least 1`,
    );
  }
  const type = data instanceof Float32Array ? 'f32' : 'u8';
  if (channels !== kind.channels || type !== kind.type) {
    throw new EngineError(
      'invalid-input',
      `the picture has ${channels} channels of ${type}, the pipeline was compiled for ${kind.channels} of ${kind.type}`,
    );
  }
}

function checkMask({ width, height, channels, data }: Pixels, image: Pixels): void {
  const isFit = width === image.width && height === image.height && channels === 1 && data instanceof Uint8Array;
  if (isFit && data.length === width * height) return;
  throw new EngineError(
    'invalid-input',
    `the mask has ${width}×${height} pixels of ${channels} channels, expected one channel of the picture's ${image.width}×${image.height}`,
  );
}
