/** Files that no verb may choke on: one sentence with the path, exit 1, nothing on standard output, nothing written. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { borde, temporaryFolder } from '../cli.ts';
import { writeModel } from '../model.ts';

const seven = new URL('../../../examples/seven.png', import.meta.url).pathname;
const slide = new URL('../../../examples/slide.png', import.meta.url).pathname;

async function expectOneSentence(args: readonly string[], message: RegExp) {
  const { code, out, err } = await borde(args);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^borde: .+$/);
  expect(err).toMatch(message);
}

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };
type Header = Record<string, Entry> & { __metadata__: { borde: string } };

/** The same file with another header in front of the same weights. */
function withHeader(good: Buffer, change: (header: Header) => void): Buffer {
  const end = 8 + Number(good.readBigUInt64LE(0));
  const header = JSON.parse(good.toString('utf8', 8, end)) as Header;
  change(header);
  return assemble(JSON.stringify(header), good.subarray(end));
}

function assemble(header: string, weights: Buffer): Buffer {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, weights]);
}

const first = (header: Header) => header['conv1.bias'] as Entry;

const brokenModels: Record<string, [(good: Buffer) => Buffer, RegExp]> = {
  'overlapping offsets': [
    (good) =>
      withHeader(good, (header) => {
        header['dense2.bias'] = { ...(header['dense2.bias'] as Entry), data_offsets: [0, 40] };
      }),
    /overlaps/,
  ],
  'offsets behind the end': [
    (good) =>
      withHeader(good, (header) => {
        const [start, end] = first(header).data_offsets;
        first(header).data_offsets = [start + 1e9, end + 1e9];
      }),
    /hole|truncated/,
  ],
  'offsets that do not fit the shape': [
    (good) =>
      withHeader(good, (header) => {
        first(header).data_offsets[1] += 4;
      }),
    /takes 128 bytes, its offsets .* span 132/,
  ],
  'a weight of another shape': [
    (good) =>
      withHeader(good, (header) => {
        first(header).shape = [16, 2];
      }),
    /node "conv1": its bias .* has shape \[16,2\], expected \[32\]/,
  ],
  'a weight that is missing': [
    (good) =>
      withHeader(good, (header) => {
        header.stray = first(header);
        delete (header as Record<string, unknown>)['conv1.bias'];
      }),
    /node "conv1": its bias .* is missing/,
  ],
  'a tensor that is there twice': [
    (good) => {
      const end = 8 + Number(good.readBigUInt64LE(0));
      const header = good.toString('utf8', 8, end).trimEnd();
      const entry = JSON.stringify(first(JSON.parse(header) as Header));
      return assemble(`${header.slice(0, -1)},"conv1.bias":${entry}}`, good.subarray(end));
    },
    /twice/,
  ],
  'a header of exabytes': [() => Buffer.alloc(16, 0x7f), /header of/],
  'a header longer than the file': [(good) => good.subarray(0, 100), /truncated/],
  'no graph': [
    (good) =>
      withHeader(good, (header) => {
        header.__metadata__ = { other: 'tool' } as never;
      }),
    /no graph/,
  ],
  'a graph that is no JSON': [
    (good) =>
      withHeader(good, (header) => {
        header.__metadata__.borde = '{';
      }),
    /JSON/,
  ],
  'a layer of unknown kind': [
    (good) =>
      withHeader(good, (header) => {
        header.__metadata__.borde = header.__metadata__.borde.replace('"maxPool2d"', '"maxPoool2d"');
      }),
    /\$\.nodes\[\d\]\.kind/,
  ],
};

/** Every verb that reads a model, asked for something that would work with a good one. */
const readers: Record<string, (model: string, folder: string) => string[]> = {
  predict: (model) => ['predict', model, seven],
  run: (model, folder) => ['run', model, '--input', join(folder, 'in.bin'), '--output', join(folder, 'out.bin')],
  inspect: (model) => ['inspect', model, '--json'],
  bench: (model) => ['bench', model, '--runs', '1', '--json'],
  export: (model, folder) => ['export', model, '--out', join(folder, 'out.onnx')],
};

describe.each(Object.keys(readers))('%s refuses a model file with', (verb) => {
  test.each(Object.keys(brokenModels))('%s', async (fault) => {
    const folder = temporaryFolder();
    const model = writeModel(join(folder, 'm.safetensors'));
    const [damage, message] = brokenModels[fault]!;
    writeFileSync(model, damage(readFileSync(model)));
    writeFileSync(join(folder, 'in.bin'), Buffer.alloc(784 * 4));
    const before = readdirSync(folder);
    await expectOneSentence(readers[verb]!(model, folder), message);
    await expectOneSentence(readers[verb]!(model, folder), /m\.safetensors: /);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('a path that is none', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'in.bin'), Buffer.alloc(784 * 4));
    for (const [name, message] of [
      ['none.safetensors', /none\.safetensors: no such file/],
      ['in.bin/m.safetensors', /in\.bin\/m\.safetensors: a part of the path is a file/],
      ['', /: is a folder, expected a file/],
    ] as const) {
      await expectOneSentence(readers[verb]!(join(folder, name), folder), message);
    }
  });

  test('another format', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'net.onnx'), Buffer.from([8, 7, 18, 0]));
    writeFileSync(join(folder, 'in.bin'), Buffer.alloc(784 * 4));
    const message = verb === 'inspect' ? /net\.onnx: not an ONNX model/ : /net\.onnx: .* borde import FILE\.onnx --out/;
    await expectOneSentence(readers[verb]!(join(folder, 'net.onnx'), folder), message);
  });
});

test.each(['predict', 'run', 'bench', 'export'])('%s does not take a graph without weights', async (verb) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'in.bin'), Buffer.alloc(784 * 4));
  const graph = new URL('../../../examples/dense-against-conv.json', import.meta.url).pathname;
  await expectOneSentence(readers[verb]!(graph, folder), /a graph file has no weights/);
});

describe('inspect refuses a graph file with', () => {
  const good = readFileSync(new URL('../../../examples/dense-against-conv.json', import.meta.url), 'utf8');
  test.each([
    ['no JSON', '{"format"', /not JSON/],
    ['another format', good.replace('borde/1', 'borde/9'), /\$\.format/],
    ['an unknown attribute', good.replace('"filters"', '"filterz"'), /\$\.nodes\[2\]\.attributes\.filter/],
    [
      'a reference to nothing',
      good.replace('"inputs": ["flatten"]', '"inputs": ["flat"]'),
      /\$\.nodes\[1\]\.inputs\[0\]/,
    ],
    ['a cycle', good.replace('"inputs": ["flatten"]', '"inputs": ["dense"]'), /dense/],
    ['a shape of too many elements', good.replace('256, 256', '65536, 65536'), /node "flatten": .* too large/],
  ])('%s', async (_, text, message) => {
    const path = join(temporaryFolder(), 'graph.json');
    writeFileSync(path, text);
    await expectOneSentence(['inspect', path], message);
    await expectOneSentence(['inspect', path, '--json'], /graph\.json: /);
  });
});

describe('a picture that is none', () => {
  const bomb = () => {
    const bytes = readFileSync(seven);
    bytes.writeUInt32BE(60_000, 16);
    bytes.writeUInt32BE(60_000, 20);
    return bytes;
  };
  const pictures: Record<string, [string, () => Buffer, RegExp]> = {
    'claims 60000×60000': ['bomb.png', bomb, /bomb\.png: .*60000/],
    'is cut': ['cut.png', () => readFileSync(seven).subarray(0, 60), /cut\.png: /],
    'is empty': ['empty.png', () => Buffer.alloc(0), /empty\.png: /],
    'is text': ['text.png', () => Buffer.from('no picture'), /text\.png: PNG or JPEG is expected/],
  };
  test.each(Object.keys(pictures))('%s: predict and convolve say so, also after a good one', async (name) => {
    const folder = temporaryFolder();
    const model = writeModel(join(folder, 'm.safetensors'));
    const [file, bytes, message] = pictures[name]!;
    const path = join(folder, file);
    writeFileSync(path, bytes());
    const before = readdirSync(folder);
    await expectOneSentence(['predict', model, path], message);
    await expectOneSentence(['predict', model, seven, path, '--json'], message);
    await expectOneSentence(['convolve', path, '--filter', 'box', '--out', join(folder, 'out.png')], message);
    await expectOneSentence(['convolve', path, '--filter', 'box', '--json'], message);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('is a folder, or not there', async () => {
    const folder = temporaryFolder();
    const model = writeModel(join(folder, 'm.safetensors'));
    await expectOneSentence(['predict', model, folder], /is a folder, expected a file/);
    await expectOneSentence(
      ['convolve', join(folder, 'none.png'), '--filter', 'box', '--json'],
      /none\.png: no such file/,
    );
  });
});

describe('an output that cannot be written', () => {
  test.each(['a folder', 'below a file'])('%s: nothing is left behind', async (where) => {
    const folder = temporaryFolder();
    const model = writeModel(join(folder, 'm.safetensors'));
    writeFileSync(join(folder, 'in.bin'), Buffer.alloc(784 * 4));
    mkdirSync(join(folder, 'sub'));
    const before = readdirSync(folder);
    const target = where === 'a folder' ? join(folder, 'sub') : join(folder, 'in.bin', 'out');
    const message = where === 'a folder' ? /sub: is a folder/ : /in\.bin\/out: /;
    await expectOneSentence(['run', model, '--input', join(folder, 'in.bin'), '--output', target], message);
    await expectOneSentence(['export', model, '--out', target], message);
    await expectOneSentence(['convolve', slide, '--filter', 'box', '--out', target], message);
    await expectOneSentence(['convolve', slide, '--filter', 'box', '--json', '--out', target], message);
    expect(readdirSync(folder)).toEqual(before);
    expect(readdirSync(join(folder, 'sub'))).toEqual([]);
  });
});
