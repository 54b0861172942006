/** explain and activations: what they print, draw and refuse. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawChannels } from '../../../engine/drawing/channel-sheet.ts';
import { enlarged } from '../../../engine/drawing/enlarge.ts';
import { drawHeatMap } from '../../../engine/drawing/heat-map.ts';
import { decodePng } from '../../../engine/image/png.ts';
import { parseModel } from '../../../engine/model-file.ts';
import { activations, Explainer } from '../../../engine/tasks/explain.ts';
import { Predictor } from '../../../engine/tasks/predictor.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { blockPicture } from '../../../scripts/prediction/block-picture.ts';
import { borde, temporaryFolder } from '../cli.ts';

const path = (name: string) => new URL(`../../../${name}`, import.meta.url).pathname;
const [model, seven] = [path('models/digits.safetensors'), path('examples/seven.png')];
const digits = parseModel(readFileSync(model));
const image = decodePng(readFileSync(seven));

describe('explain', () => {
  const predictor = new Predictor(digits, loadKernels('inference', 'baseline'));
  const explained = new Explainer(predictor, loadKernels('training', 'baseline')).explain(image, {
    class: 1,
    layer: 'conv1',
  });
  const flags = ['--class', '1', '--layer', 'conv1', '--simd', 'baseline'];

  test('--json is the map and what it is of', async () => {
    const { code, out } = await borde(['explain', model, seven, ...flags, '--json']);
    const { data, ...rest } = explained;
    expect([code, JSON.parse(out)]).toEqual([0, { ...rest, data: [...data] }]);
    expect(Object.keys(JSON.parse(out))).toEqual(['class', 'label', 'score', 'layer', 'shape', 'data']);
  });

  test('a person gets the answer and the map in blocks', async () => {
    const { code, out } = await borde(['explain', model, seven]);
    expect(code).toBe(0);
    const [head, ...lines] = out.split('\n');
    expect(head).toBe('7  100.00 %  by conv2, 11×11');
    expect(lines).toHaveLength(11);
    expect(lines.join('')).toContain('█');
  });

  test('a map of nothing says so', async () => {
    const { out } = await borde(['explain', model, seven, '--layer', 'pool1']);
    expect(out).toBe('7  100.00 %  by pool1, 13×13\nnothing in this map speaks for it');
  });

  test('--draw writes the picture, enlarged where it is small, with the map over it', async () => {
    const file = join(temporaryFolder(), 'why.png');
    const { code, out } = await borde(['explain', model, seven, ...flags, '--draw', file]);
    expect([code, out]).toEqual([0, `1  0.00 %  by conv1, 26×26\nwrote ${file}`]);
    const large = enlarged(image, 224);
    expect(large.width).toBe(224);
    expect(decodePng(readFileSync(file))).toEqual(drawHeatMap(large, explained, digits.card.preprocess!));
  });

  test('docs/explain.png is what it draws', async () => {
    const file = join(temporaryFolder(), 'why.png');
    await borde(['explain', model, seven, '--simd', 'baseline', '--draw', file]);
    expect(decodePng(readFileSync(path('docs/explain.png')))).toEqual(decodePng(readFileSync(file)));
  });

  test('--draw writes JPEG and WebP by their names', async () => {
    const folder = temporaryFolder();
    const [jpeg, webp] = [join(folder, 'a.jpg'), join(folder, 'a.webp')];
    for (const file of [jpeg, webp]) await borde(['explain', model, seven, '--draw', file, '--json']);
    expect([...readFileSync(jpeg).subarray(0, 2)]).toEqual([0xff, 0xd8]);
    expect(readFileSync(webp).toString('latin1', 8, 12)).toBe('WEBP');
  });

  test.each([
    [
      ['--class', 'ten'],
      1,
      `borde: ${model}: there is no class "ten", the model has 10, 0 to 9: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9`,
    ],
    [['--layer', 'conv9'], 1, `borde: ${model}: there is no layer "conv9" among the 10 of the model`],
    [['--layer', 'dense1'], 1, `borde: ${model}: the layer "dense1": expected a value [1,H,W,C], it is [1,128]`],
    [
      ['--draw', 'map.gif'],
      2,
      'borde: --draw map.gif: expected a name that ends in .png, .jpg, .webp, .jpeg, or a folder',
    ],
    [['--draw', seven], 2, `borde: --draw ${seven}: would write over ${seven}`],
  ])('refuses %j', async (given, code, sentence) => {
    expect(await borde(['explain', model, seven, ...given])).toEqual({ code, out: '', err: sentence });
  });
});

describe('activations', () => {
  test('--json is the value of the layer', async () => {
    const { code, out } = await borde([
      'activations',
      model,
      seven,
      '--layer',
      'conv1',
      '--json',
      '--simd',
      'baseline',
    ]);
    const { data, ...rest } = activations(digits, loadKernels('inference', 'baseline'), image, 'conv1');
    expect([code, JSON.parse(out)]).toEqual([0, { ...rest, data: [...data] }]);
  });

  test('a person gets the mean of the channels in blocks', async () => {
    const { out } = await borde(['activations', model, seven, '--layer', 'pool2']);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^pool2 \(maxPool2d\) {2}5×5, 64 channels, 0\.00 to \d/);
    expect(lines).toHaveLength(1 + 5 + 1);
    expect(lines.join('')).toContain('█');
  });

  test('--draw writes a sheet of channels', async () => {
    const file = join(temporaryFolder(), 'new folder', 'maps.png');
    const { code, out } = await borde([
      'activations',
      model,
      seven,
      '--layer',
      'relu1',
      '--draw',
      file,
      '--simd',
      'baseline',
    ]);
    expect(code).toBe(0);
    expect(out).toContain(`wrote ${file}`);
    const maps = activations(digits, loadKernels('inference', 'baseline'), image, 'relu1');
    expect(decodePng(readFileSync(file))).toEqual(drawChannels(maps));
  });

  test('needs a layer that is there', async () => {
    expect((await borde(['activations', model, seven])).code).toBe(2);
    const file = join(temporaryFolder(), 'maps.png');
    const { code, err } = await borde(['activations', model, seven, '--layer', 'conv9', '--draw', file]);
    expect([code, err]).toEqual([1, `borde: ${model}: there is no layer "conv9" among the 10 of the model`]);
    expect(existsSync(file)).toBe(false);
  });
});

test('blocks: shades by value, of large maps the means', () => {
  expect(blockPicture([2, 5], [0, 0.25, 0.5, 0.75, 1, 0, 0, 0, 0, 0])).toBe('  ░░▒▒▓▓██\n');
  const large = Array.from({ length: 80 * 80 }, (_, i) => (i % 80 < 40 ? 1 : 0));
  const lines = blockPicture([80, 80], large).split('\n');
  expect(lines).toEqual(Array(40).fill('█'.repeat(40)));
});
