/** One picture of a run: read it, make its variants, write them. Runs on the main thread or on one of a pool. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { Augmenter } from '../../engine/augment/augmenter.ts';
import type { Labels } from '../../engine/augment/labels.ts';
import { compilePipeline, type Pipeline } from '../../engine/augment/pipeline.ts';
import { resolvedDocument } from '../../engine/augment/resolve.ts';
import type { Pixels } from '../../engine/augment/studio.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Codecs } from '../../engine/image/codec.ts';
import type { Image } from '../../engine/image/image.ts';
import { firstChannel, hasAlpha } from '../../engine/image/pixels.ts';
import { loadCodecs } from '../codecs.ts';
import { encodeImage, extensionOf, type ImageFormat } from '../encoders.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath } from '../io/model.ts';
import { loadImageKernels } from '../kernels.ts';
import { asImage } from './as-image.ts';
import { asLabels, forInstances, fromLabels } from './instances.ts';
import type { Instance } from './labels/format.ts';
import { stemOf } from './pictures.ts';

/** What all pictures of a run share; can be sent to a thread. */
export interface RunSettings {
  readonly folder: string;
  readonly outFolder: string;
  readonly document: unknown;
  readonly seed: number | undefined;
  readonly variants: number;
  readonly format: ImageFormat;
  readonly fuse: boolean;
}

export interface PictureTask {
  readonly file: string;
  /** Labels of a foreign format, read ahead. */
  readonly instances?: readonly Instance[];
  /** Their boxes are fractions of the picture's sides. */
  readonly inFractions?: boolean;
  /** Labels of our own format. */
  readonly labels?: unknown;
  /** Name of the mask beside it. */
  readonly mask?: string;
}

/** A line of manifest.jsonl. */
export interface ManifestLine {
  readonly file: string;
  readonly source: string;
  readonly variant: number;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly labels?: Labels;
  readonly mask?: string;
  readonly pipeline: Record<string, unknown>;
}

export interface MadeVariant {
  readonly line: ManifestLine;
  readonly channels: number;
  readonly instances?: readonly Instance[];
}

export class PictureWorker {
  readonly #settings: RunSettings;
  readonly #codecs: Codecs;
  readonly #augmenter: Augmenter;
  /** By number of channels. */
  readonly #pipelines = new Map<number, Pipeline>();

  static async start(settings: RunSettings): Promise<PictureWorker> {
    return new PictureWorker(settings, await loadCodecs());
  }

  private constructor(settings: RunSettings, codecs: Codecs) {
    this.#settings = settings;
    this.#codecs = codecs;
    this.#augmenter = new Augmenter(loadImageKernels(), { fuse: settings.fuse });
  }

  /** @throws EngineError that begins with the picture's path */
  async make(task: PictureTask): Promise<readonly MadeVariant[]> {
    const path = join(this.#settings.folder, task.file);
    return atPath(path, async () => {
      const bytes = await readFile(path);
      const image = this.#codecs.decode(bytes);
      const mask = task.mask === undefined ? undefined : await this.#mask(task.mask, image);
      const sample = bytesToHex(sha256(bytes));
      const inPixels = task.inFractions ? { ...task, instances: scaled(task.instances ?? [], image) } : task;
      const made: MadeVariant[] = [];
      for (let variant = 0; variant < this.#settings.variants; variant++) {
        made.push(await this.#variant(inPixels, image, mask, sample, variant));
      }
      return made;
    });
  }

  async #variant(
    task: PictureTask,
    image: Image,
    mask: Pixels | undefined,
    sample: string,
    variant: number,
  ): Promise<MadeVariant> {
    const { format, outFolder, seed } = this.#settings;
    const compiled = this.#pipeline(image.channels);
    const pipeline = task.instances ? forInstances(compiled, task.instances) : compiled;
    const labels = task.instances ? asLabels(task.instances) : task.labels;
    const result = this.#augmenter.run(pipeline, image, {
      sample,
      epoch: variant,
      alpha: hasAlpha(image),
      ...(seed === undefined ? {} : { seed }),
      ...(labels === undefined ? {} : { labels }),
      ...(mask ? { mask } : {}),
    });
    const stem = `${stemOf(task.file)}-${String(variant).padStart(4, '0')}`;
    const file = `${stem}.${extensionOf[format]}`;
    await writeFileAtomic(join(outFolder, file), await encodeImage(asImage(result.image), format));
    const maskFile = result.mask && `${stem}.mask.png`;
    if (result.mask && maskFile) {
      await writeFileAtomic(join(outFolder, maskFile), await encodeImage(asImage(result.mask), 'png'));
    }
    const isOwn = task.labels !== undefined && result.labels !== undefined;
    if (isOwn) await writeFileAtomic(join(outFolder, `${stem}.json`), `${JSON.stringify(result.labels)}\n`);
    return {
      line: {
        file,
        source: task.file,
        variant,
        seed: seed ?? pipeline.seed,
        width: result.image.width,
        height: result.image.height,
        ...(isOwn ? { labels: result.labels as Labels } : {}),
        ...(maskFile ? { mask: maskFile } : {}),
        pipeline: resolvedDocument(compiled, result.steps),
      },
      channels: image.channels,
      ...(task.instances && result.labels ? { instances: fromLabels(task.instances, result.labels) } : {}),
    };
  }

  #pipeline(channels: number): Pipeline {
    const known = this.#pipelines.get(channels);
    if (known) return known;
    const pipeline = compilePipeline(this.#settings.document, { channels, type: 'u8' });
    this.#pipelines.set(channels, pipeline);
    return pipeline;
  }

  /** The first channel, as class values. */
  async #mask(name: string, { width, height }: Image): Promise<Pixels> {
    const path = join(this.#settings.folder, name);
    return atPath(path, async () => {
      const mask = this.#codecs.decode(await readFile(path));
      if (mask.width !== width || mask.height !== height) {
        throw new EngineError(
          'invalid-image',
          `the mask has ${mask.width}×${mask.height} pixels, its picture ${width}×${height}`,
        );
      }
      return firstChannel(mask);
    });
  }
}

function scaled(instances: readonly Instance[], { width, height }: Image): readonly Instance[] {
  return instances.map((instance) => {
    if (!instance.box) return instance;
    const [left, top, right, bottom] = instance.box;
    return { ...instance, box: [left * width, top * height, right * width, bottom * height] as const };
  });
}
