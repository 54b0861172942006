import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../engine/image/codec.ts';
import { Session } from '../../../engine/session.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { seededInput } from '../../suites/seeded.ts';
import { borde, temporaryFolder } from '../cli.ts';
import { lenetModel, writeModel } from '../model.ts';

const seven = new URL('../../../examples/seven.png', import.meta.url).pathname;
const digits = new URL('../../../models/digits.safetensors', import.meta.url).pathname;
const modelIn = (folder: string) => writeModel(join(folder, 'test.safetensors'));

describe('predict', () => {
  test('answers one picture bare, several as a list, each as alone', async () => {
    const model = modelIn(temporaryFolder());
    const one = await borde(['predict', model, seven, '--json']);
    const answer = JSON.parse(one.out) as { label: string; score: number }[];
    expect(answer).toHaveLength(5);
    expect(answer.map(({ score }) => score)).toEqual(answer.map(({ score }) => score).sort((a, b) => b - a));
    const two = await borde(['predict', model, seven, seven, '--json']);
    expect(JSON.parse(two.out)).toEqual([answer, answer]);
  });

  test('takes --top-k and --threshold', async () => {
    const model = modelIn(temporaryFolder());
    const all = JSON.parse((await borde(['predict', model, seven, '--json', '--top-k', '10'])).out) as {
      score: number;
    }[];
    expect(all).toHaveLength(10);
    // Ten f32 probabilities, each rounded to 2⁻²⁴ of itself, sum to 1 within 10 · 2⁻²⁴ and the rounding of the division.
    expect(Math.abs(all.reduce((sum, { score }) => sum + score, 0) - 1)).toBeLessThan(20 * 2 ** -24);
    const high = JSON.parse((await borde(['predict', model, seven, '--json', '--threshold', '0.5'])).out);
    expect(high).toEqual(all.filter(({ score }) => score >= 0.5));
  });

  test('says so where no score is high enough', async () => {
    const { code, out } = await borde(['predict', digits, seven, '--threshold', '1']);
    expect([code, out]).toEqual([0, 'no score reaches 1']);
  });

  test('shows bars to a person', async () => {
    const { out } = await borde(['predict', modelIn(temporaryFolder()), seven, '--top-k', '2']);
    expect(out.split('\n')).toHaveLength(2);
    expect(out).toMatch(/%/);
  });
});

describe('run', () => {
  test('gives the numbers of a session, one sample or several', async () => {
    const folder = temporaryFolder();
    const model = modelIn(folder);
    const input = seededInput([3, 28, 28, 1]);
    writeFileSync(join(folder, 'in.bin'), new Uint8Array(input.buffer));
    const { code, out } = await borde([
      'run',
      model,
      '--input',
      join(folder, 'in.bin'),
      '--output',
      `logits=${join(folder, 'out.bin')}`,
    ]);
    expect(code).toBe(0);
    expect(out).toContain('[3,10]');
    const written = new Float32Array(new Uint8Array(readFileSync(join(folder, 'out.bin'))).buffer);
    expect(written).toEqual(new Session(lenetModel(), loadKernels('inference')).run({ image: input }).logits!.data);
  });

  test.each([
    [
      'a wrong size',
      Buffer.alloc(12),
      ['--input', 'in.bin', '--output', 'out.bin'],
      1,
      /in\.bin: .*multiple of 3136.*got 12/,
    ],
    ['bytes that are no floats', Buffer.alloc(7), ['--input', 'in.bin', '--output', 'out.bin'], 1, /multiple of 4.*7/],
    [
      'an input given twice',
      Buffer.alloc(4),
      ['--input', 'in.bin', '--input', 'in.bin', '--output', 'out.bin'],
      2,
      /twice/,
    ],
    ['an empty file', Buffer.alloc(0), ['--input', 'in.bin', '--output', 'out.bin'], 1, /in\.bin: .*3136.*got 0/],
    ['an unknown input', Buffer.alloc(4), ['--input', 'imag=in.bin', '--output', 'out.bin'], 2, /name of image/],
    ['an unknown output', Buffer.alloc(4), ['--input', 'in.bin', '--output', 'probs=out.bin'], 2, /name of logits/],
    ['a name without a file', Buffer.alloc(4), ['--input', 'image=', '--output', 'out.bin'], 2, /file is missing/],
    ['no output', Buffer.alloc(4), ['--input', 'in.bin'], 2, /--output/],
  ])('refuses %s', async (_, bytes, args, code, message) => {
    const folder = temporaryFolder();
    const model = modelIn(folder);
    writeFileSync(join(folder, 'in.bin'), bytes);
    const outcome = await borde([
      'run',
      model,
      ...args.map((arg) => arg.replace(/^(\w+=)?(\w+\.bin)$/, (_, name = '', file) => name + join(folder, file))),
    ]);
    expect(outcome.code).toBe(code);
    expect(outcome.err).toMatch(message);
    expect(existsSync(join(folder, 'out.bin'))).toBe(false);
  });
});

describe('inspect', () => {
  test('counts a network as the literature does', async () => {
    const { out } = await borde(['inspect', modelIn(temporaryFolder()), '--json']);
    const description = JSON.parse(out);
    expect(Object.keys(description)).toEqual(['layers', 'parameters', 'macs', 'bytes', 'peakBytes', 'transposes']);
    expect(description).toMatchObject({ parameters: 225_034, macs: 2_631_040, bytes: 900_136, transposes: 0 });
    expect(description.layers[0]).toEqual({
      id: 'conv1',
      kind: 'conv2d',
      shape: [-1, 26, 26, 32],
      parameters: 320,
      macs: 194_688,
      bytes: 1280,
    });
  });

  test("tells the course's story of dense against convolution", async () => {
    const graph = new URL('../../../examples/dense-against-conv.json', import.meta.url).pathname;
    const { layers } = JSON.parse((await borde(['inspect', graph, '--json'])).out);
    const parameters = Object.fromEntries(
      layers.map((layer: { id: string; parameters: number }) => [layer.id, layer.parameters]),
    );
    expect(parameters).toEqual({ flatten: 0, dense: 134_217_728, conv: 320 });
  });

  test('prints the plan that runs', async () => {
    const { out } = await borde(['inspect', modelIn(temporaryFolder()), '--plan']);
    expect(out).toContain('maxPool2d');
    expect(out).not.toMatch(/\bclamp\b/); // fused
    expect(out).toContain('█');
  });
});

test('bench prints exactly its fields', async () => {
  const { out } = await borde([
    'bench',
    modelIn(temporaryFolder()),
    '--runs',
    '3',
    '--warmup',
    '1',
    '--batch',
    '2',
    '--json',
  ]);
  const result = JSON.parse(out);
  expect(Object.keys(result)).toEqual([
    'model',
    'precision',
    'simd',
    'runs',
    'minMs',
    'medianMs',
    'cpuMinMs',
    'macs',
    'gflops',
    'peakBytes',
    'firstMs',
  ]);
  expect(result).toMatchObject({ model: 'test.safetensors', precision: 'f32', runs: 3, macs: 2_631_040 });
});

describe('convolve', () => {
  const slide = new URL('../../../examples/slide.png', import.meta.url).pathname;
  const prewitt = '[[1,0,-1],[1,0,-1],[1,0,-1]]';

  test('the 5×5 example of the lecture gives 6 first', async () => {
    const { out } = await borde(['convolve', slide, '--filter', prewitt, '--padding', 'valid', '--json']);
    expect(JSON.parse(out)).toEqual({ shape: [3, 3, 1], data: [6, -9, -8, -3, -2, -3, -3, 0, -2] });
  });

  test('the picture of a photo with more sums than memory is kept for', async () => {
    // 4000×3000 in colour: 36 million sums; a PNG of one colour takes little room.
    const folder = temporaryFolder();
    const image = { width: 4000, height: 3000, channels: 3 as const, data: new Uint8Array(36_000_000).fill(80) };
    writeFileSync(join(folder, 'photo.png'), encodePng(image));
    const target = join(folder, 'out.png');
    const { code, out, err } = await borde(['convolve', join(folder, 'photo.png'), '--filter', 'box', '--out', target]);
    expect([code, out, err]).toEqual([0, `wrote ${target}: 4000×3000 pixels`, '']);
    expect(readFileSync(target).equals(readFileSync(join(folder, 'photo.png')))).toBe(true);
  });

  test('a name, a stride and a picture', async () => {
    const target = join(temporaryFolder(), 'edges.png');
    const { code, out } = await borde([
      'convolve',
      slide,
      '--filter',
      'verticalEdges',
      '--stride',
      '2',
      '--out',
      target,
      '--output',
      'signed',
    ]);
    expect([code, out]).toEqual([0, `wrote ${target}: 3×3 pixels`]);
    expect([...readFileSync(target).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  test.each([
    ['no --out', ['--filter', 'box'], 2, /--out/],
    ['an unknown filter', ['--filter', 'boxx', '--json'], 2, /boxx/],
    ['a matrix that is not rectangular', ['--filter', '[[1,2],[3]]', '--json'], 2, /row|rectang|length/],
    [
      'a filter larger than the picture',
      ['--filter', JSON.stringify(Array(7).fill(Array(7).fill(1))), '--padding', 'valid', '--json'],
      1,
      /7/,
    ],
    ['an unknown border', ['--filter', 'box', '--border', 'mirror', '--json'], 2, /mirror/],
  ])('refuses %s', async (_, args, code, message) => {
    const outcome = await borde(['convolve', slide, ...args]);
    expect(outcome.code).toBe(code);
    expect(outcome.err).toMatch(message);
  });
});

describe('a bad model file is one sentence with the path', () => {
  const broken: Record<string, (good: Buffer) => Buffer> = {
    truncated: (good) => good.subarray(0, good.length - 100),
    'another magic': () => Buffer.from('PK\u0003\u0004 is a zip file, not a model'),
    empty: () => Buffer.alloc(0),
    'a NaN weight': (good) => {
      const bytes = Buffer.from(good);
      bytes.writeFloatLE(Number.NaN, bytes.length - 4);
      return bytes;
    },
  };
  test.each(Object.keys(broken))('%s', async (name) => {
    const folder = temporaryFolder();
    const path = modelIn(folder);
    writeFileSync(path, broken[name]!(readFileSync(path)));
    const outcome = await borde(['predict', path, seven]);
    expect(outcome.code).toBe(1);
    expect(outcome.out).toBe('');
    expect(outcome.err).toMatch(/^borde: .*test\.safetensors: /);
    expect(outcome.err.split('\n')).toHaveLength(1);
  });

  test('a picture that claims 60000×60000', async () => {
    const folder = temporaryFolder();
    const bomb = readFileSync(seven);
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    writeFileSync(join(folder, 'bomb.png'), bomb);
    const outcome = await borde(['predict', modelIn(folder), join(folder, 'bomb.png')]);
    expect(outcome.code).toBe(1);
    expect(outcome.err).toMatch(/bomb\.png/);
    expect(readdirSync(folder).sort()).toEqual(['bomb.png', 'test.safetensors']);
  });
});

describe('usage', () => {
  test.each([
    [['predic'], 2, /predict/],
    [['transfer'], 2, /later version/],
    [['predict'], 2, /missing/],
    [['predict', 'none.safetensors', seven], 1, /none\.safetensors: no such file/],
    [['--version'], 0, /^$/],
  ])('%j', async (args, code, err) => {
    const outcome = await borde(args);
    expect(outcome.code).toBe(code);
    expect(outcome.err).toMatch(err);
  });

  test.each(['train', 'evaluate', 'predict', 'run', 'import', 'export', 'inspect', 'bench', 'convolve'])(
    '%s --help has flags and an example',
    async (verb) => {
      const { code, out } = await borde([verb, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(/Options:/);
      expect(out).toMatch(new RegExp(`npx borde ${verb} `));
    },
  );
});
