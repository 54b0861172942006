/** `borde convolve`: one filter over a picture, as the course shows it. */

import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { EngineError } from '../../engine/errors.ts';
import { type Border, borders } from '../../engine/image/border.ts';
import { encodePng } from '../../engine/image/codec.ts';
import { convolve } from '../../engine/image/convolve.ts';
import { type Filter, filterNames, parseFilter } from '../../engine/image/filters.ts';
import { convolveToPicture, toPicture } from '../../engine/image/picture.ts';
import { integer, jsonOption } from '../cli/flags.ts';
import { UsageError, type Verb } from '../cli/verb.ts';
import { loadCodecs } from '../codecs.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath } from '../io/model.ts';
import { loadImageKernels } from '../kernels.ts';

interface Options {
  readonly filter: string;
  readonly out?: string;
  readonly padding: 'same' | 'valid';
  readonly border: Border;
  readonly stride: number;
  readonly output: 'clip' | 'signed';
  readonly json?: boolean;
}

export const convolveVerb: Verb = {
  name: 'convolve',
  summary: 'a filter over a picture: lines, edges, Sobel, your own',
  examples: [
    'borde convolve photo.png --filter sobelX --output signed --out edges.png',
    "borde convolve examples/slide.png --filter '[[1,0,-1],[1,0,-1],[1,0,-1]]' --padding valid --json",
  ],

  flags: (command) => {
    command
      .argument('<image>', 'PNG or JPEG file')
      .requiredOption('--filter <filter>', `${filterNames.join(', ')}, or a matrix as JSON`)
      .option('--out <file>', 'PNG file to write')
      .addOption(
        new Option('--padding <kind>', 'windows over the border, or inside only')
          .choices(['same', 'valid'])
          .default('same'),
      )
      .addOption(new Option('--border <kind>', 'what lies outside the picture').choices(borders).default('reflect'))
      .addOption(new Option('--stride <n>', 'pixels from window to window').argParser(integer(1, 16_384)).default(1))
      .addOption(
        new Option('--output <kind>', 'sums cut to 0–255, or blue below zero and red above')
          .choices(['clip', 'signed'])
          .default('clip'),
      )
      .addOption(jsonOption());
  },

  run: async ([path], { filter, out, padding, border, stride, output, json }: Options, io) => {
    if (!out && !json) throw new UsageError('--out FILE is missing');
    const parsed = parseFlag(filter);
    const codecs = await loadCodecs();
    const kernels = loadImageKernels();
    const options = { filter: parsed, padding, border, stride };
    const decode = async () => codecs.decode(await readFile(path as string));
    if (!json) {
      // Straight to a picture: the sums of a large photo would take four times its memory.
      const picture = await atPath(path as string, async () =>
        convolveToPicture(kernels, await decode(), options, output),
      );
      await writeFileAtomic(out as string, encodePng(picture));
      io.out(`wrote ${out}: ${picture.width}×${picture.height} pixels`);
      return 0;
    }
    const sums = await atPath(path as string, async () => convolve(kernels, await decode(), options));
    if (out) await writeFileAtomic(out, encodePng(toPicture(sums, output)));
    io.out(JSON.stringify({ shape: sums.shape, data: [...sums.data] }));
    return 0;
  },
};

/** A filter that is none is a flag of wrong value, and no fault of a file. */
function parseFlag(filter: string): Filter {
  try {
    return parseFilter(filter);
  } catch (error) {
    if (error instanceof EngineError) throw new UsageError(`--filter: ${error.message}`);
    throw error;
  }
}
