/** Runs golden cases: each gives nothing where it holds, or a sentence that says what does not. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Augmenter } from '../../engine/augment/augmenter.ts';
import { compilePipeline, type Pipeline } from '../../engine/augment/pipeline.ts';
import type { Pixels } from '../../engine/augment/studio.ts';
import type { Codecs } from '../../engine/image/codec.ts';
import { RowConvolver } from '../../engine/image/convolve.ts';
import { parseFilter } from '../../engine/image/filters.ts';
import type { Image } from '../../engine/image/image.ts';
import type { ImageKernels } from '../../engine/image/kernels.ts';
import { firstChannel } from '../../engine/image/pixels.ts';
import { broken, type Values } from './compare.ts';
import { givenParts } from './given-parts.ts';
import type { GoldenAnnotation, GoldenEntry, Tolerance } from './manifest.ts';
import { nodeOf } from './nodes.ts';

/** Another node in place of a case's own: how a test shows that a wrong picture does not pass. */
export type Mutate = (node: Readonly<Record<string, unknown>>, entry: GoldenEntry) => unknown;

export class GoldenChecker {
  readonly #folder: string;
  readonly #codecs: Codecs;
  readonly #kernels: ImageKernels;
  readonly #augmenter: Augmenter;

  constructor(folder: string, codecs: Codecs, kernels: ImageKernels) {
    this.#folder = folder;
    this.#codecs = codecs;
    this.#kernels = kernels;
    this.#augmenter = new Augmenter(kernels);
  }

  /** The primary oracle under `tolerance`; what a secondary one says is only told, never a failure. */
  async entry(
    entry: GoldenEntry,
    mutate?: Mutate,
  ): Promise<{ readonly fault?: string; readonly remarks: readonly string[] }> {
    const image = await this.#picture(entry.input);
    const found = await this.#answer(entry, image, mutate);
    const check = async (file: string, tolerance: Tolerance) =>
      broken(found, await this.#expected(file, found), tolerance);
    const fault = await check(entry.expected[entry.primary] as string, entry.tolerance);
    const remarks: string[] = [];
    for (const [oracle, file] of Object.entries(entry.expected)) {
      if (oracle === entry.primary || !entry.secondary_tolerance) continue;
      const remark = await check(file, entry.secondary_tolerance);
      if (remark) remarks.push(`${oracle}: ${remark}`);
    }
    return { ...(fault ? { fault } : {}), remarks };
  }

  async #answer(entry: GoldenEntry, image: Image, mutate: Mutate | undefined): Promise<Values> {
    if (entry.kind === 'int16') return this.#signed(entry, image);
    const given = givenParts[entry.op];
    if (given) {
      const read = (file: unknown) => readFile(join(this.#folder, String(file)));
      return given(this.#kernels, image, entry.params, { read, picture: (file) => this.#picture(String(file)) });
    }
    const node = nodeOf(entry.op, entry.params);
    return this.#run(mutate ? mutate(node, entry) : node, image).image;
  }

  /** Signed sums, which no picture can hold: what `convolve` gives before it clips. */
  #signed(entry: GoldenEntry, image: Image): Values {
    const border = entry.params.border === 'reflect101' ? 'reflect' : (entry.params.border as 'constant');
    const rows = new RowConvolver(this.#kernels, image, { filter: parseFilter(entry.params.kernel), border });
    const [height, width, channels] = rows.shape;
    const data = new Float32Array(height * width * channels);
    rows.run((row, y) => data.set(row, y * row.length));
    return { width, height, channels, data };
  }

  #run(node: unknown, image: Image, labels?: unknown, mask?: Pixels) {
    const kind = { channels: image.channels, type: 'u8' as const };
    const pipeline: Pipeline = compilePipeline({ format: 'aug/1', pipeline: node }, kind);
    return this.#augmenter.run(pipeline, image, { sample: 0, labels, ...(mask ? { mask } : {}) });
  }

  async annotation(a: GoldenAnnotation): Promise<string | undefined> {
    const image = await this.#picture(a.image);
    const mask = a.mask_in === undefined ? undefined : firstChannel(await this.#picture(a.mask_in));
    const {
      image: out,
      labels,
      mask: movedMask,
    } = this.#run(nodeOf(a.op, a.params), image, { boxes: a.boxes_in_xyxy, keypoints: a.keypoints_in }, mask);
    const faults: string[] = [];
    if (out.width !== a.output_wh[0] || out.height !== a.output_wh[1]) {
      faults.push(`the picture has ${out.width}×${out.height} pixels, expected ${a.output_wh.join('×')}`);
    }
    const compare = (
      what: string,
      found: readonly (readonly number[])[] = [],
      expected: readonly (readonly number[])[],
    ) => {
      if (found.length !== expected.length) faults.push(`${found.length} ${what}, expected ${expected.length}`);
      found.forEach((values, i) => {
        const off = (expected[i] ?? []).reduce(
          (most, value, k) => Math.max(most, Math.abs(value - (values[k] as number))),
          0,
        );
        if (!(off <= a.tolerance_px))
          faults.push(`${what}[${i}] is ${off.toFixed(4)} pixels off, at most ${a.tolerance_px} is allowed`);
      });
    };
    compare('keypoints', labels?.keypoints, a.keypoints_out);
    const visible = a.boxes_clipped.flatMap((box) => (box && box.visibility > 0 ? [box.clipped] : []));
    compare('boxes', labels?.boxes, visible);
    if (a.mask_out !== undefined && movedMask) {
      const expected = firstChannel(await this.#picture(a.mask_out));
      const fault = broken(movedMask, expected, { frac_differs: a.mask_tolerance_frac_differs ?? 0 });
      if (fault) faults.push(`mask: ${fault}`);
    }
    return faults.length ? faults.join('; ') : undefined;
  }

  async #picture(file: string): Promise<Image> {
    return this.#codecs.decode(await readFile(join(this.#folder, file)));
  }

  async #expected(file: string, like: Values): Promise<Values> {
    if (!file.endsWith('.i16')) return this.#picture(file);
    const bytes = await readFile(join(this.#folder, file));
    return { ...like, data: new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
  }
}
