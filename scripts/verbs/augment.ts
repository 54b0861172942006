/** `borde augment`: pictures through a pipeline, with what is labelled in them. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve as absolute, join } from 'node:path';
import { Option } from 'commander';
import { compilePipeline } from '../../engine/augment/pipeline.ts';
import { EngineError } from '../../engine/errors.ts';
import { parseJson } from '../../engine/json.ts';
import { openLabels } from '../augmentation/labels/index.ts';
import { nativeLabels } from '../augmentation/labels/native.ts';
import { clashing, listPictures, type PictureList, stemOf } from '../augmentation/pictures.ts';
import { runPictures } from '../augmentation/pool.ts';
import { writeSheet } from '../augmentation/sheet.ts';
import type { PictureTask, RunSettings } from '../augmentation/work.ts';
import { integer, jsonOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { type Io, UsageError, type Verb } from '../cli/verb.ts';
import { type ImageFormat, imageFormats } from '../encoders.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath } from '../io/model.ts';

interface Options {
  readonly pipeline?: string;
  readonly out?: string;
  readonly seed?: number;
  readonly variants: number;
  readonly threads: number;
  readonly format: ImageFormat;
  readonly sheet?: string;
  readonly fuse?: boolean;
  readonly json?: boolean;
}

const MAX_VARIANTS = 9999;

export const augmentVerb: Verb = {
  name: 'augment',
  summary: 'new pictures out of old ones: turned, blurred, snowed on, with their boxes, keypoints and masks',
  examples: [
    'borde augment photos --pipeline examples/augment.json --variants 4 --out augmented',
    'borde augment photo.jpg --sheet every-operation.png',
    'borde augment photo.jpg --pipeline examples/augment.json --variants 12 --sheet variants.png',
  ],

  flags: (command) => {
    command
      .argument(
        '<in>',
        'PNG or JPEG file, or a folder of them; labels beside them move along (COCO, YOLO, Pascal VOC, our own)',
      )
      .option('--pipeline <file>', 'aug/1 document; without it --sheet shows every operation')
      .option('--out <dir>', 'folder for pictures, labels and manifest.jsonl')
      .addOption(new Option('--seed <n>', "in place of the pipeline's").argParser(integer()))
      .addOption(new Option('--variants <n>', 'pictures made of each').argParser(integer(1, MAX_VARIANTS)).default(1))
      .addOption(
        new Option('--threads <n>', 'threads that work; the pictures do not depend on it')
          .argParser(integer(1, 256))
          .default(availableParallelism(), 'one a core'),
      )
      .addOption(new Option('--format <type>', 'of the pictures written').choices(imageFormats).default('png'))
      .option('--sheet <file>', 'PNG that shows the variants of the first picture, or every operation')
      .option('--fuse', 'merge neighbouring rotations, scales and the like into one: faster, other bytes')
      .addOption(jsonOption());
  },

  run: async ([path], options: Options, io) => {
    if (!options.out && !options.sheet) throw new UsageError('--out DIR or --sheet FILE is missing');
    if (options.out && !options.pipeline) throw new UsageError('--pipeline FILE is missing');
    const pictures = await listPictures(path as string);
    const document = options.pipeline ? await readPipeline(options.pipeline) : undefined;
    if (options.sheet) {
      const first = join(pictures.folder, pictures.files[0] as string);
      const count = await writeSheet(first, options.sheet, document, options);
      if (!options.json) io.out(`wrote ${options.sheet}: ${count} pictures`);
      if (!options.out) {
        if (options.json) io.out(JSON.stringify({ sheet: options.sheet, pictures: count }));
        return 0;
      }
    }
    return augmentAll(pictures, document, options as Options & { readonly out: string }, io);
  },
};

/** Reads and checks a pipeline before a picture is touched; pictures may still have too few channels for it. */
async function readPipeline(path: string): Promise<unknown> {
  return atPath(path, async () => {
    const document = parseJson(await readFile(path, 'utf8'));
    compilePipeline(document, { channels: 3, type: 'u8' });
    return document;
  });
}

async function augmentAll(
  pictures: PictureList,
  document: unknown,
  options: Options & { readonly out: string },
  io: Io,
): Promise<number> {
  const { out, variants, format, seed, threads, json } = options;
  if (absolute(out) === absolute(pictures.folder)) {
    throw new UsageError(`--out ${out} is the folder of the pictures: a second run would work on the first one's`);
  }
  const clash = clashing(pictures.files);
  if (clash) throw new EngineError('invalid-data', `${clash[0]} and ${clash[1]} would be written under one name`);
  const labels = await openLabels(pictures);
  const writer = labels?.set.writer(out);
  const settings: RunSettings = {
    folder: pictures.folder,
    outFolder: out,
    document,
    seed,
    variants,
    format,
    fuse: options.fuse ?? false,
  };
  const faults: string[] = [];
  const lines: string[] = [];
  let done = 0;

  async function* tasks(): AsyncGenerator<PictureTask> {
    for (const file of pictures.files) {
      try {
        const instances = await labels?.set.labelsOf(file);
        const own = instances ? undefined : await nativeLabels(pictures, file);
        const mask = `${stemOf(file)}.mask.png`;
        yield {
          file,
          ...(instances ? { instances, inFractions: labels?.set.inFractions ?? false } : {}),
          ...(own === undefined ? {} : { labels: own }),
          ...(pictures.others.has(mask) ? { mask } : {}),
        };
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        report(error.message);
      }
    }
  }

  const report = (fault: string) => {
    faults.push(fault);
    io.note(`skipped ${fault}`);
  };
  const bar = startProgress(io, 'augmenting');
  try {
    await runPictures(settings, Math.min(threads, pictures.files.length), tasks(), async (task, answer) => {
      bar.update(++done, pictures.files.length, task.file);
      if ('fault' in answer) return report(answer.fault);
      for (const { line, channels, instances } of answer.made) {
        lines.push(JSON.stringify(line));
        if (instances)
          await writer?.add(task.file, line.file, { width: line.width, height: line.height, channels }, instances);
      }
    });
  } finally {
    bar.stop();
  }
  await writer?.finish();
  await writeFileAtomic(join(out, 'manifest.jsonl'), lines.map((line) => `${line}\n`).join(''));

  if (json) io.out(JSON.stringify({ out, pictures: lines.length, sources: pictures.files.length, skipped: faults }));
  else {
    const along = labels ? `, labels in ${labels.format} (${labels.set.description})` : '';
    io.out(`wrote ${lines.length} pictures of ${pictures.files.length - faults.length} to ${out}${along}`);
    if (faults.length) io.out(`${faults.length} skipped`);
  }
  return faults.length ? 1 : 0;
}
