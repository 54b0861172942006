/** `predict` for every task: what a person reads, what --draw writes, and what it refuses. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../engine/image/image.ts';
import { decodePng } from '../../../engine/image/png.ts';
import { encodePng } from '../../../engine/image/png-encode.ts';
import { loadCodecs } from '../../../scripts/codecs.ts';
import { taskModels } from '../../suites/task-models.ts';
import { borde, temporaryFolder } from '../cli.ts';
import { writeModel } from '../model.ts';

type Kind = keyof typeof taskModels;

/** The left half is red, the right one black. */
function picture(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) if (i % width < width / 2) data[3 * i] = 255;
  return { width, height, channels: 3, data };
}

/** A folder with the model of a task and a picture. */
function prepare(kind: Kind, { width, height } = { width: 64, height: 48 }) {
  const folder = temporaryFolder();
  const model = writeModel(join(folder, 'm.safetensors'), taskModels[kind]());
  const photo = join(folder, 'photo.png');
  writeFileSync(photo, encodePng(picture(width, height)));
  return { folder, model, photo };
}

async function answer(kind: Kind, ...flags: string[]): Promise<string> {
  const { model, photo } = prepare(kind);
  const { code, out, err } = await borde(['predict', model, photo, ...flags]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

describe('what a person reads', () => {
  test('classes with bars', async () => {
    expect(await answer('classify')).toBe(
      ['Käse 中   62.50 %  ███████████████████', 'cat      25.00 %  ████████', 'dog      12.50 %  ████'].join('\n'),
    );
  });

  test('one box', async () => {
    expect(await answer('localize')).toBe(
      ['label     score  left   top  right  bottom', 'dog    100.00 %  16.0  12.0   48.0    48.0'].join('\n'),
    );
  });

  test('boxes, the best first, without those that a better one hides', async () => {
    expect(await answer('detect')).toBe(
      [
        'label    score  left   top  right  bottom',
        'cat    80.00 %  16.0  12.0   64.0    45.6',
        'dog    70.00 %   0.0   0.0   32.0    24.0',
      ].join('\n'),
    );
  });

  test('masks with the share of the picture that they cover', async () => {
    const lines = (await answer('segment')).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^label +score +covers$/);
    expect(lines.slice(1).map((line) => line.replace(/\d\d\.\d\d %(?= )/, 'S'))).toEqual([
      expect.stringMatching(/^cat +S +50\.00 %$/),
      expect.stringMatching(/^dog +S +50\.00 %$/),
    ]);
  });

  test('the beginning of an embedding', async () => {
    expect(await answer('embed')).toBe('12 numbers, norm 5: 3 4 0 0 0 0 0 0 … (--json has all)');
    expect(JSON.parse(await answer('embed', '--json'))).toEqual({ embedding: [3, 4, ...Array(10).fill(0)] });
  });
});

describe('--threshold and --top-k', () => {
  const labels = (out: string) => (JSON.parse(out) as { label: string }[]).map(({ label }) => label);

  test.each<[Kind, string[], string[]]>([
    ['classify', ['--top-k', '1'], ['Käse 中']],
    ['classify', ['--threshold', '0.2'], ['Käse 中', 'cat']],
    ['detect', ['--top-k', '1'], ['cat']],
    ['detect', ['--threshold', '0.2'], ['cat', 'dog', 'Käse 中']],
    ['detect', ['--threshold', '0.75'], ['cat']],
    ['segment', ['--top-k', '1'], ['cat']],
    ['segment', ['--threshold', '1'], []],
  ])('%s %j', async (kind, flags, expected) => {
    expect(labels(await answer(kind, ...flags, '--json'))).toEqual(expected);
  });

  test.each<Kind>(['localize', 'embed'])('%s has one answer whatever they are', async (kind) => {
    expect(await answer(kind, '--threshold', '1', '--top-k', '1', '--json')).toBe(await answer(kind, '--json'));
  });

  test('nothing found is a sentence that names the threshold, the default one as well', async () => {
    expect(await answer('detect', '--threshold', '0.9')).toBe('no score reaches 0.9');
    const { folder, photo } = prepare('detect');
    const { card, graph, tensors } = taskModels.detect();
    const low = new Map([...tensors, ['scores-raw.bias', { shape: [9], data: new Float32Array(9).fill(-9) }]]);
    const model = writeModel(join(folder, 'low.safetensors'), { card, graph, tensors: low });
    expect((await borde(['predict', model, photo])).out).toBe('no score reaches 0.5');
  });
});

describe('--draw', () => {
  const sizes = [
    { width: 1, height: 1 },
    { width: 400, height: 20 },
    { width: 20, height: 400 },
    { width: 64, height: 48 },
  ];
  const kinds: Kind[] = ['classify', 'localize', 'detect', 'segment'];

  test.each(kinds.flatMap((kind) => sizes.map((size) => ({ kind, ...size }))))(
    '$kind of $width×$height pixels',
    async ({ kind, width, height }) => {
      const { folder, model, photo } = prepare(kind, { width, height });
      const out = join(folder, 'new', 'out.png');
      const { code, out: text, err } = await borde(['predict', model, photo, '--draw', out]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(text).toMatch(/\nwrote .*out\.png$/);
      const drawn = decodePng(readFileSync(out));
      expect(drawn.data).not.toEqual(decodePng(readFileSync(photo)).data);
      // A picture that is classified is enlarged a whole number of times, and may have the plate underneath.
      const factor = kind === 'classify' ? Math.ceil(224 / Math.max(width, height)) : 1;
      if (kind === 'classify') expect(drawn.width).toBeGreaterThanOrEqual(width * factor);
      else expect([drawn.width, drawn.height]).toEqual([width, height]);
      expect(readdirSync(join(folder, 'new'))).toEqual(['out.png']);
    },
  );

  test.each(['jpg', 'JPEG', 'webp'])('.%s has its format', async (extension) => {
    const { folder, model, photo } = prepare('detect');
    const out = join(folder, `out.${extension}`);
    expect((await borde(['predict', model, photo, '--draw', out])).code).toBe(0);
    const bytes = readFileSync(out);
    if (extension === 'webp') expect(bytes.subarray(8, 12).toString()).toBe('WEBP');
    else expect((await loadCodecs()).decode(bytes)).toMatchObject({ width: 64, height: 48, channels: 3 });
  });

  test('nothing found leaves the picture as it is', async () => {
    const { folder, model, photo } = prepare('detect');
    const out = join(folder, 'out.png');
    await borde(['predict', model, photo, '--draw', out, '--threshold', '1']);
    expect(decodePng(readFileSync(out))).toEqual(decodePng(readFileSync(photo)));
  });

  test('a classifier shows what it looked at, where its graph has a gradient', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out.png');
    const middleOf = async (model: string) => {
      expect((await borde(['predict', model, 'examples/seven.png', '--draw', out, '--top-k', '1'])).code).toBe(0);
      const { width, data } = decodePng(readFileSync(out));
      const levels = Array.from({ length: 56 * 224 }, (_, i) => {
        const at = 3 * ((84 + Math.floor(i / 224)) * width + (i % 224));
        return [...data.subarray(at, at + 3)];
      });
      return levels.filter(([red, green, blue]) => red !== green || green !== blue).length;
    };
    // Seven is gray: whatever has a colour is the map's.
    expect(await middleOf('models/digits.safetensors')).toBeGreaterThan(1000);
    const blind = taskModels.classify();
    expect(await middleOf(writeModel(join(folder, 'm.safetensors'), blind))).toBe(0);
  });

  test('with --json only the answer is printed', async () => {
    const { folder, model, photo } = prepare('detect');
    const plain = await borde(['predict', model, photo, '--json']);
    const drawn = await borde(['predict', model, photo, '--json', '--draw', join(folder, 'out.png')]);
    expect(drawn).toEqual(plain);
  });

  test('several pictures go into a folder, each as alone', async () => {
    const { folder, model, photo } = prepare('detect');
    const other = join(folder, 'other.view.png');
    writeFileSync(other, encodePng(picture(100, 50)));
    const drawn = join(folder, 'drawn');
    const { code, out } = await borde(['predict', model, photo, other, '--draw', `${drawn}/`]);
    expect(code).toBe(0);
    expect(out).toContain(`wrote ${join(drawn, 'other.view.png')}`);
    expect(readdirSync(drawn).sort()).toEqual(['other.view.png', 'photo.png']);
    await borde(['predict', model, photo, '--draw', join(folder, 'alone.png')]);
    expect(readFileSync(join(drawn, 'photo.png'))).toEqual(readFileSync(join(folder, 'alone.png')));
    // A folder that is there needs no slash.
    expect((await borde(['predict', model, photo, '--draw', drawn])).code).toBe(0);
  });
});

describe('--draw refuses', () => {
  const refused = async (kind: Kind, args: (paths: ReturnType<typeof prepare>) => string[]) => {
    const paths = prepare(kind);
    const files = () => readdirSync(paths.folder).sort();
    const given = args(paths);
    const bytes = readFileSync(paths.photo);
    const before = files();
    const { code, out, err } = await borde(['predict', paths.model, ...given]);
    expect(out).toBe('');
    expect(readFileSync(paths.photo)).toEqual(bytes);
    expect(files()).toEqual(before);
    return { code, err };
  };

  test('several pictures and one file', async () => {
    const { code, err } = await refused('detect', ({ photo, folder }) => [photo, photo, '--draw', `${folder}/out.png`]);
    expect(code).toBe(2);
    expect(err).toMatch(/--draw .*out\.png: 2 pictures need a folder, such as --draw drawn\//);
  });

  test('another extension', async () => {
    const { code, err } = await refused('detect', ({ photo, folder }) => [photo, '--draw', `${folder}/out.gif`]);
    expect(code).toBe(2);
    expect(err).toMatch(/expected a name that ends in \.png, \.jpg, \.webp, \.jpeg, or a folder/);
  });

  test('the picture itself, by another name too', async () => {
    const same = await refused('detect', ({ photo, folder }) => [photo, '--draw', join(folder, '.', 'photo.png')]);
    expect(same.code).toBe(2);
    expect(same.err).toMatch(/would write over .*photo\.png/);
    const linked = await refused('detect', ({ photo, folder }) => {
      symlinkSync(photo, join(folder, 'link.png'));
      return [photo, '--draw', join(folder, 'link.png')];
    });
    expect(linked.err).toMatch(/would write over .*photo\.png/);
  });

  test('the folder of the pictures', async () => {
    const { code, err } = await refused('detect', ({ photo, folder }) => [photo, '--draw', folder]);
    expect(code).toBe(2);
    expect(err).toMatch(/would write over .*photo\.png/);
  });

  test('two pictures of one name', async () => {
    const { code, err } = await refused('detect', ({ photo, folder }) => {
      mkdirSync(join(folder, 'b'));
      writeFileSync(join(folder, 'b', 'photo.png'), readFileSync(photo));
      return [photo, join(folder, 'b', 'photo.png'), '--draw', join(folder, 'drawn/')];
    });
    expect(code).toBe(2);
    expect(err).toMatch(/photo\.png and photo\.png would be written under one name/);
  });

  test('an embedding', async () => {
    const { code, err } = await refused('embed', ({ photo, folder }) => [photo, '--draw', join(folder, 'out.png')]);
    expect(code).toBe(1);
    expect(err).toMatch(/m\.safetensors: --draw: an embedding is no picture/);
  });
});
