/** `borde convolve`: one filter over a picture, as the course shows it. */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { type Border, borders } from '../../engine/image/border.ts';
import { encodePng } from '../../engine/image/codec.ts';
import { convolve } from '../../engine/image/convolve.ts';
import { filterNames, parseFilter } from '../../engine/image/filters.ts';
import { instantiateImageKernels } from '../../engine/image/kernels.ts';
import { toPicture } from '../../engine/image/picture.ts';
import { integer, jsonOption } from '../cli/flags.ts';
import { UsageError, type Verb } from '../cli/verb.ts';
import { loadCodecs } from '../codecs.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath } from '../io/model.ts';

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
    const parsed = await atPath('--filter', () => parseFilter(filter));
    const codecs = await loadCodecs();
    const kernels = instantiateImageKernels(
      new WebAssembly.Module(readFileSync(new URL('../../build/image.wasm', import.meta.url))),
    );
    const result = await atPath(path as string, async () => {
      const image = codecs.decode(await readFile(path as string));
      return convolve(kernels, image, { filter: parsed, padding, border, stride });
    });
    if (out) await writeFileAtomic(out, encodePng(toPicture(result, output)));
    if (json) io.out(JSON.stringify({ shape: result.shape, data: [...result.data] }));
    else io.out(`wrote ${out}: ${result.shape[1]}×${result.shape[0]} pixels`);
    return 0;
  },
};
