/** `borde augment` on folders with labels of every format, bad files among good ones, any number of threads. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodePng } from '../../../engine/image/codec.ts';
import { loadCodecs } from '../../../scripts/codecs.ts';
import { borde, temporaryFolder } from '../cli.ts';

const golden = fileURLToPath(new URL('../../fixtures/golden/in/', import.meta.url));
const hflip = { type: 'hflip' };

let root: string;
let photos: string;
let out: string;

beforeEach(() => {
  root = temporaryFolder();
  photos = join(root, 'photos');
  out = join(root, 'out');
  mkdirSync(photos);
});

function put(name: string, data: string | Uint8Array): void {
  const path = join(photos, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}

/** 128 × 96. */
const picture = (name: string) => {
  mkdirSync(dirname(join(photos, name)), { recursive: true });
  cpSync(join(golden, 'coffee.png'), join(photos, name));
};

function pipeline(node: unknown, rest: object = {}): string {
  const path = join(root, 'pipeline.json');
  writeFileSync(path, JSON.stringify({ format: 'aug/1', ...rest, pipeline: node }));
  return path;
}

const read = (name: string) => readFileSync(join(out, name), 'utf8');
const lines = () =>
  read('manifest.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const augment = (...args: string[]) => borde(['augment', photos, '--out', out, '--threads', '1', ...args]);

/** Bytes of every file below a folder, by name. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[a-z]+$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

describe('pictures', () => {
  const random = { type: 'affine', rotate: [-30, 30], border: 'reflect' };

  test('variants, names, manifest; the resolved pipeline of a line makes the same picture', async () => {
    picture('a/b/cup.png');
    const { code, out: said } = await augment('--pipeline', pipeline(random), '--variants', '2', '--seed', '5');
    expect({ code, said }).toEqual({ code: 0, said: `wrote 2 pictures of 1 to ${out}` });
    const [first, second] = lines();
    expect(first).toMatchObject({
      file: 'a/b/cup-0000.png',
      source: 'a/b/cup.png',
      variant: 0,
      seed: 5,
      width: 128,
      height: 96,
    });
    expect(second.pipeline).not.toEqual(first.pipeline);

    const replay = join(root, 'replay.json');
    writeFileSync(replay, JSON.stringify(second.pipeline));
    const again = join(root, 'again');
    await borde(['augment', photos, '--out', again, '--pipeline', replay, '--seed', '99']);
    expect(readFileSync(join(again, 'a/b/cup-0000.png'))).toEqual(readFileSync(join(out, 'a/b/cup-0001.png')));
  });

  test('the same bytes at any number of threads, in any company', async () => {
    for (const name of ['a.png', 'b.png', 'c.png', 'd.png']) picture(name);
    put('c.png', readFileSync(join(golden, 'astronaut.png')));
    const path = pipeline(random);
    await augment('--pipeline', path, '--variants', '3');
    const threaded = join(root, 'threaded');
    const { code } = await borde([
      'augment',
      photos,
      '--out',
      threaded,
      '--pipeline',
      path,
      '--variants',
      '3',
      '--threads',
      '3',
    ]);
    expect(code).toBe(0);
    expect(contents(threaded)).toEqual(contents(out));
    const alone = join(root, 'alone');
    await borde(['augment', join(photos, 'c.png'), '--out', alone, '--pipeline', path]);
    expect(readFileSync(join(alone, 'c-0000.png'))).toEqual(readFileSync(join(out, 'c-0000.png')));
  });

  test('one bad file is reported and skipped with exit 1; the others are written', async () => {
    picture('good.png');
    put('bad.png', 'no picture at all');
    const { code, err } = await augment('--pipeline', pipeline(hflip));
    expect(code).toBe(1);
    expect(err).toMatch(/skipped .*bad\.png: PNG or JPEG is expected/);
    expect(lines().map(({ file }) => file)).toEqual(['good-0000.png']);
  });

  test('transparency is not changed by what works on levels', async () => {
    const data = Uint8Array.from({ length: 4 * 6 }, (_, i) => (i % 4 === 3 ? 77 : 100));
    put('clear.png', encodePng({ width: 3, height: 2, channels: 4, data }));
    await augment('--pipeline', pipeline({ type: 'brightness', add: 30 }));
    const image = (await loadCodecs()).decode(readFileSync(join(out, 'clear-0000.png')));
    expect([...image.data.subarray(0, 4)]).toEqual([130, 130, 130, 77]);
  });

  test('as JPEG and WebP', async () => {
    picture('cup.png');
    for (const [format, extension] of [
      ['jpeg', 'jpg'],
      ['webp', 'webp'],
    ]) {
      expect((await augment('--pipeline', pipeline(hflip), '--format', format as string)).code).toBe(0);
      expect(existsSync(join(out, `cup-0000.${extension}`))).toBe(true);
    }
    const image = (await loadCodecs()).decode(readFileSync(join(out, 'cup-0000.jpg')));
    expect([image.width, image.height]).toEqual([128, 96]);
  });

  test('a sheet of every operation, and one of variants', async () => {
    picture('cup.png');
    const sheet = join(root, 'sheet.png');
    expect((await borde(['augment', photos, '--sheet', sheet])).out).toMatch(/wrote .*sheet\.png: \d+ pictures/);
    const small = join(root, 'small.png');
    expect(
      (await borde(['augment', photos, '--sheet', small, '--pipeline', pipeline(random), '--variants', '3'])).out,
    ).toContain('4 pictures');
    const decode = async (path: string) => (await loadCodecs()).decode(readFileSync(path));
    expect((await decode(sheet)).height).toBeGreaterThan((await decode(small)).height);
  });
});

describe('labels move along, in their own format', () => {
  test('ours, with a mask', async () => {
    picture('cup.png');
    put('cup.json', JSON.stringify({ boxes: [[10, 20, 40, 60]], kinds: ['cup'], keypoints: [[10, 20]] }));
    put(
      'cup.mask.png',
      encodePng({ width: 128, height: 96, channels: 1, data: new Uint8Array(128 * 96).fill(3, 0, 10) }),
    );
    const targets = { boxes: { format: 'xyxy', labelFields: ['kinds'] } };
    expect((await augment('--pipeline', pipeline(hflip, { targets }))).code).toBe(0);
    const labels = { boxes: [[88, 20, 118, 60]], kinds: ['cup'], keypoints: [[118, 20, 2]] };
    expect(JSON.parse(read('cup-0000.json'))).toEqual(labels);
    expect(lines()[0]).toMatchObject({ labels, mask: 'cup-0000.mask.png' });
    const mask = (await loadCodecs()).decode(readFileSync(join(out, 'cup-0000.mask.png')));
    expect([...mask.data.subarray(116, 128)]).toEqual([0, 0, ...new Array(10).fill(3)]);
  });

  test('COCO: boxes, keypoints with flip pairs, polygons; ids and file names anew', async () => {
    picture('cup.png');
    picture('other.png');
    const annotation = {
      id: 41,
      image_id: 7,
      category_id: 3,
      bbox: [10, 20, 30, 40],
      area: 1200,
      iscrowd: 0,
      keypoints: [10, 20, 2, 40, 60, 1],
      num_keypoints: 2,
      segmentation: [[10, 20, 40, 20, 40, 60]],
    };
    const categories = [{ id: 3, name: 'cup' }];
    put(
      'annotations.json',
      JSON.stringify({
        info: { year: 2026 },
        images: [{ id: 7, file_name: 'cup.png', width: 128, height: 96 }],
        annotations: [annotation],
        categories,
      }),
    );
    const targets = { keypoints: { flipPairs: [[0, 1]] } };
    const { code, out: said } = await augment('--pipeline', pipeline(hflip, { targets }), '--variants', '2');
    expect({ code, said }).toEqual({
      code: 0,
      said: `wrote 4 pictures of 2 to ${out}, labels in COCO (annotations.json)`,
    });
    const document = JSON.parse(read('annotations.json'));
    expect(document.info).toEqual({ year: 2026 });
    expect(document.categories).toEqual(categories);
    expect(document.images.map(({ id, file_name }: { id: number; file_name: string }) => [id, file_name])).toEqual([
      [1, 'cup-0000.png'],
      [2, 'cup-0001.png'],
    ]);
    expect(document.annotations[1]).toEqual({
      ...annotation,
      id: 2,
      image_id: 2,
      bbox: [88, 20, 30, 40],
      area: 600,
      keypoints: [88, 60, 1, 118, 20, 2],
      segmentation: [[118, 20, 88, 20, 88, 60]],
    });
  });

  test('YOLO: beside the picture, and in labels/ for images/; boxes that leave are dropped', async () => {
    picture('images/cup.png');
    put('labels/cup.txt', '2 0.25 0.5 0.2 0.4\n0 0.9 0.5 0.1 0.2\n');
    put('classes.txt', 'a\nb\nc\n');
    const right = pipeline({ type: 'translateX', by: 0.5 });
    expect((await augment('--pipeline', right)).code).toBe(0);
    expect(read('labels/cup-0000.txt')).toBe('2 0.750000 0.500000 0.200000 0.400000\n');
    expect(read('classes.txt')).toBe('a\nb\nc\n');
  });

  test('Pascal VOC: whole pixels from 1, other elements kept', async () => {
    picture('cup.png');
    put(
      'cup.xml',
      `<annotation><folder>x</folder><filename>cup.png</filename><size><width>128</width><height>96</height><depth>3</depth></size>
      <object><name>cup</name><difficult>0</difficult><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax></bndbox></object></annotation>`,
    );
    expect((await augment('--pipeline', pipeline(hflip))).code).toBe(0);
    const xml = read('cup-0000.xml').replace(/\s+/g, '');
    expect(xml).toContain('<filename>cup-0000.png</filename>');
    expect(xml).toContain(
      '<name>cup</name><difficult>0</difficult><bndbox><xmin>89</xmin><ymin>21</ymin><xmax>118</xmax><ymax>60</ymax></bndbox>',
    );
  });

  test.each([
    ['cup.json', '{"boxes":[[10,20,5,60]]}', /the box \[10,20,5,60\] has no area/],
    ['cup.json', '{', /cup\.json: not JSON/],
    ['cup.txt', '1 0.5 0.5 0.1\n', /cup\.txt: line 1: expected "class cx cy width height"/],
    ['cup.xml', '<annotation><object><name>x</name></object></annotation>', /object 1: expected a <bndbox>/],
    [
      'all.json',
      '{"images":[{"id":1,"file_name":"cup.png"}],"annotations":[{"id":9,"image_id":1,"segmentation":{"counts":[1]}}]}',
      /annotation 9: has a mask that is no list of polygons/,
    ],
  ])('a broken %s fails its picture alone', async (name, text, sentence) => {
    picture('cup.png');
    picture('fine.png');
    put(name, text);
    const { code, err } = await augment('--pipeline', pipeline(hflip));
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
    expect(lines().map(({ file }) => file)).toEqual(['fine-0000.png']);
  });
});

describe('wrong usage', () => {
  test('a pipeline that is none says where, before a picture is opened', async () => {
    picture('cup.png');
    const path = pipeline({ type: 'compose', children: [{ type: 'hflip' }, { type: 'rotate', angl: 3 }] });
    const { code, err } = await augment('--pipeline', path);
    expect({ code, err }).toEqual({ code: 1, err: `borde: ${path}: $.pipeline.children[1].angl: unknown key` });
    expect(existsSync(out)).toBe(false);
  });

  test.each([
    [[], /--out DIR or --sheet FILE is missing/],
    [['--out', 'x'], /--pipeline FILE is missing/],
    [['--out', 'x', '--pipeline', 'p', '--variants', '0'], /expected an integer from 1/],
  ])('%j', async (args, sentence) => {
    picture('cup.png');
    const { code, err } = await borde(['augment', photos, ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });

  test('the folder of the pictures is no place for new ones', async () => {
    picture('cup.png');
    const { code, err } = await borde(['augment', photos, '--out', photos, '--pipeline', pipeline(hflip)]);
    expect(code).toBe(2);
    expect(err).toContain('is the folder of the pictures');
  });

  test('two pictures of one name, a folder without any', async () => {
    const empty = await borde(['augment', photos, '--out', out, '--pipeline', pipeline(hflip)]);
    expect(empty.err).toContain('holds no PNG or JPEG');
    picture('cup.png');
    put('cup.jpg', readFileSync(join(golden, 'coffee.png')));
    expect((await augment('--pipeline', pipeline(hflip))).err).toContain(
      'cup.jpg and cup.png would be written under one name',
    );
  });
});
