/** Documents aug/1: what is refused, with which path; numbers, seeds, ids, choices. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CompileOptions, compilePipeline } from '../../../engine/augment/pipeline.ts';
import { resolve, type Step } from '../../../engine/augment/resolve.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { engineError, testImageKernels } from '../image/load.ts';

const size = { width: 100, height: 50 };
const kind = { channels: 3, type: 'u8' } as const;
const compile = (document: unknown, options: Partial<CompileOptions> = {}) =>
  compilePipeline(document, { ...kind, ...options });
const compose = (...children: unknown[]) => ({ type: 'compose', children });

function steps(node: unknown, seed = 1, epoch = 0, sample: number | string = 0): readonly Step[] {
  return resolve(compile(pipelineOf(node)), size, { seed, epoch, sample });
}

/** The drawn value of a one-node pipeline over many pictures. */
function drawn(node: Record<string, unknown>, key: string, count = 500): number[] {
  return Array.from({ length: count }, (_, sample) => steps(node, 1, 0, sample)[0]?.params[key] as number);
}

describe('what is refused, and where', () => {
  const nested = (depth: number): unknown => (depth === 0 ? { type: 'hflip' } : compose(nested(depth - 1)));

  test.each<[unknown, string]>([
    [{ format: 'aug/1' }, '$.pipeline'],
    [{ pipeline: { type: 'hflip' } }, '$.format'],
    [{ format: 'aug/2', pipeline: { type: 'hflip' } }, '$.format'],
    [pipelineOf({ type: 'hflip' }, { seeds: 1 }), '$.seeds'],
    [pipelineOf({ type: 'hflip' }, { seed: -1 }), '$.seed'],
    [pipelineOf({ type: 'hflip' }, { seed: 2 ** 53 }), '$.seed'],
    [pipelineOf({ type: 'hflip' }, { seed: '1' }), '$.seed'],
    [[], '$'],
    [null, '$'],
    [pipelineOf([]), '$.pipeline'],
    [pipelineOf({}), '$.pipeline.type'],
    [pipelineOf({ type: 'constructor' }), '$.pipeline.type'],
    [pipelineOf({ type: 'rotate', rotat: 3 }), '$.pipeline.rotat'],
    [pipelineOf(compose({ type: 'hflip' }, { type: 'rotate', angel: 3 })), '$.pipeline.children[1].angel'],
    [pipelineOf({ type: 'hflip', p: 1.1 }), '$.pipeline.p'],
    [pipelineOf({ type: 'hflip', p: [0, 1] }), '$.pipeline.p'],
    [pipelineOf(compose({ type: 'hflip', id: 'a' }, { type: 'vflip', id: 'a' })), '$.pipeline.children[1].id'],
    [pipelineOf({ type: 'hflip', id: '' }), '$.pipeline.id'],
    [pipelineOf({ type: 'rotate', angle: '30' }), '$.pipeline.angle'],
    [pipelineOf({ type: 'rotate', angle: 361 }), '$.pipeline.angle'],
    [pipelineOf({ type: 'rotate', angle: [10, 400] }), '$.pipeline.angle[1]'],
    [pipelineOf({ type: 'rotate', angle: [10, 5] }), '$.pipeline.angle'],
    [pipelineOf({ type: 'rotate', angle: [1] }), '$.pipeline.angle'],
    [pipelineOf({ type: 'rotate', angle: {} }), '$.pipeline.angle'],
    [pipelineOf({ type: 'rotate', angle: { value: 1, uniform: [1, 2] } }), '$.pipeline.angle'],
    [pipelineOf({ type: 'rotate', angle: { value: 1, units: 'pixels' } }), '$.pipeline.angle.units'],
    [pipelineOf({ type: 'rotate', angle: { value: 1, unit: 'fraction' } }), '$.pipeline.angle.unit'],
    [pipelineOf({ type: 'rotate', angle: { choice: [] } }), '$.pipeline.angle.choice'],
    [pipelineOf({ type: 'rotate', angle: { choice: [1, 1000] } }), '$.pipeline.angle.choice[1]'],
    [pipelineOf({ type: 'rotate', angle: { normal: [0, -1] } }), '$.pipeline.angle.normal[1]'],
    [pipelineOf({ type: 'rotate', angle: { normal: [0, 1], clip: [3, 2] } }), '$.pipeline.angle.clip'],
    [pipelineOf({ type: 'rotate', angle: { uniform: [0, 1], clip: [0, 1] } }), '$.pipeline.angle.clip'],
    [pipelineOf({ type: 'rotate', angle: { logUniform: [0, 2] } }), '$.pipeline.angle.logUniform[0]'],
    [pipelineOf({ type: 'rotate', angle: { int: [0.5, 2] } }), '$.pipeline.angle.int[0]'],
    [pipelineOf({ type: 'rotate', interpolation: 'cubic' }), '$.pipeline.interpolation'],
    [pipelineOf({ type: 'rotate', fill: 256 }), '$.pipeline.fill'],
    [pipelineOf({ type: 'rotate', fill: [0, 0] }), '$.pipeline.fill'],
    [pipelineOf({ type: 'rotate', fit: 1 }), '$.pipeline.fit'],
    [pipelineOf({ type: 'rotate', fit: { bool: 2 } }), '$.pipeline.fit'],
    [pipelineOf({ type: 'rotate', matrix: [1, 0, 0, 0, 0, 0, 0, 0, 1] }), '$.pipeline.matrix'],
    [pipelineOf({ type: 'rotate', stream: [1, 0, 0, 'x'] }), '$.pipeline.stream'],
    [pipelineOf({ type: 'translateX', by: 1.5 }), '$.pipeline.by'],
    [pipelineOf({ type: 'translateX', by: { value: 1, unit: 'percent' } }), '$.pipeline.by.unit'],
    [pipelineOf({ type: 'scale', factor: 0 }), '$.pipeline.factor'],
    [pipelineOf({ type: 'scale', factor: 1, x: 2 }), '$.pipeline.x'],
    [pipelineOf({ type: 'oneOf', children: [] }), '$.pipeline.children'],
    [pipelineOf({ type: 'oneOf', children: [{ type: 'hflip' }], weights: [1, 2] }), '$.pipeline.weights'],
    [pipelineOf({ type: 'oneOf', children: [{ type: 'hflip' }], weights: [0] }), '$.pipeline.weights'],
    [pipelineOf({ type: 'oneOf', children: [{ type: 'hflip' }], weights: [-1] }), '$.pipeline.weights[0]'],
    [pipelineOf({ type: 'someOf', children: [{ type: 'hflip' }], n: 2 }), '$.pipeline.n'],
    [pipelineOf({ type: 'someOf', children: [{ type: 'hflip' }], n: 0.5 }), '$.pipeline.n'],
    [pipelineOf({ type: 'someOf', children: [{ type: 'hflip' }], order: 'any' }), '$.pipeline.order'],
    [pipelineOf({ type: 'compose' }), '$.pipeline.children'],
    [pipelineOf({ type: 'hflip' }, { targets: { box: {} } }), '$.targets.box'],
    [pipelineOf({ type: 'hflip' }, { targets: { boxes: { format: 'coco' } } }), '$.targets.boxes.format'],
    [pipelineOf({ type: 'hflip' }, { targets: { boxes: { minVisibility: 2 } } }), '$.targets.boxes.minVisibility'],
    [
      pipelineOf({ type: 'hflip' }, { targets: { boxes: { labelFields: ['boxes'] } } }),
      '$.targets.boxes.labelFields[0]',
    ],
    [
      pipelineOf({ type: 'hflip' }, { targets: { keypoints: { flipPairs: [[0, 0]] } } }),
      '$.targets.keypoints.flipPairs[0]',
    ],
    [
      pipelineOf(
        { type: 'hflip' },
        {
          targets: {
            keypoints: {
              flipPairs: [
                [0, 1],
                [1, 2],
              ],
            },
          },
        },
      ),
      '$.targets.keypoints.flipPairs[1]',
    ],
    [
      pipelineOf({ type: 'hflip' }, { targets: { masks: { interpolation: 'bilinear' } } }),
      '$.targets.masks.interpolation',
    ],
  ])('%j at %s', (document, path) => {
    const error = engineError(() => compile(document));
    expect([error.code, error.path]).toEqual(['invalid-pipeline', path]);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
  });

  test('10,000 nodes, 1,000 levels: limits with a path, whatever the caller allows', () => {
    const many = pipelineOf(compose(...Array.from({ length: 10_000 }, () => ({ type: 'hflip' }))));
    expect(engineError(() => compile(many))).toMatchObject({
      code: 'limit-exceeded',
      path: '$.pipeline.children[255]',
    });
    expect(engineError(() => compile(pipelineOf(nested(1000)))).code).toBe('limit-exceeded');
    expect(() => compile(pipelineOf(nested(63)))).not.toThrow();
    expect(() => compile(many, { limits: { nodes: 10_001 } })).not.toThrow();
  });

  test('never anything but an EngineError, whatever JSON comes', () => {
    const documents = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((node) => pipelineOf(node)),
      fc.jsonValue().map((value) => pipelineOf({ type: 'affine', rotate: value, fill: value, translateX: value })),
      fc.jsonValue().map((value) => pipelineOf({ type: 'someOf', n: value, children: [{ type: 'hflip' }] })),
      fc.jsonValue().map((value) => pipelineOf({ type: 'hflip' }, { targets: { boxes: value, keypoints: value } })),
    );
    fc.assert(
      fc.property(documents, (document) => {
        try {
          compile(document);
        } catch (error) {
          expect(['invalid-pipeline', 'limit-exceeded']).toContain((error as { code?: string }).code);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('numbers', () => {
  test.each<[unknown, (value: number) => boolean]>([
    [12.5, (value) => value === 12.5],
    [{ value: 3 }, (value) => value === 3],
    [[-10, 10], (value) => value >= -10 && value <= 10],
    [{ uniform: [5, 6] }, (value) => value >= 5 && value <= 6],
    [{ int: [1, 3] }, (value) => [1, 2, 3].includes(value)],
    [{ choice: [4, 40] }, (value) => [4, 40].includes(value)],
    [{ normal: [0, 400] }, (value) => value >= -360 && value <= 360],
    [{ normal: [0, 9], clip: [-1, 2] }, (value) => value >= -1 && value <= 2],
    [{ logUniform: [0.1, 100] }, (value) => value >= 0.1 && value <= 100],
  ])('%j', (angle, isFit) => {
    const values = drawn({ type: 'rotate', angle }, 'angle');
    expect(values.every(isFit)).toBe(true);
    const isConstant = typeof angle === 'number' || 'value' in (angle as object);
    expect(new Set(values).size > 1).toBe(!isConstant);
  });

  test('fractions are of the picture, pixels are pixels', () => {
    expect(drawn({ type: 'translateX', by: 0.1 }, 'by', 1)).toEqual([10]);
    expect(drawn({ type: 'translateY', by: 0.1 }, 'by', 1)).toEqual([5]);
    expect(drawn({ type: 'translateX', by: { value: 7, unit: 'pixels' } }, 'by', 1)).toEqual([7]);
    expect(drawn({ type: 'translateX', by: { value: 0.5, unit: 'fraction' } }, 'by', 1)).toEqual([50]);
  });

  test('where one of a group is named the others are neutral; defaults hold where none is', () => {
    const named = steps({ type: 'affine', rotate: 10 })[0]?.params;
    expect(named).toMatchObject({ scaleX: 1, scaleY: 1, shearX: 0, shearY: 0, translateX: 0, translateY: 0 });
    expect(new Set(drawn({ type: 'affine' }, 'shearX')).size).toBeGreaterThan(400);
    expect(drawn({ type: 'brightness', add: 3 }, 'multiply', 3)).toEqual([1, 1, 1]);
  });
});

describe('chance', () => {
  const tree = compose(
    { id: 'turn', type: 'rotate' },
    { type: 'oneOf', weights: [3, 1], children: [{ type: 'hflip' }, { type: 'vflip' }] },
    {
      type: 'someOf',
      n: { int: [0, 2] },
      order: 'random',
      children: [{ type: 'hflip' }, { type: 'vflip' }, { type: 'transpose' }],
    },
  );

  test('a picture depends on seed, epoch and sample alone', () => {
    expect(steps(tree, 1, 2, 3)).toEqual(steps(tree, 1, 2, 3));
    const hash = createHash('sha256').update('x').digest('hex');
    const angles = [steps(tree), steps(tree, 2), steps(tree, 1, 1), steps(tree, 1, 0, 1), steps(tree, 1, 0, hash)];
    expect(new Set(angles.map(([first]) => first?.params.angle)).size).toBe(5);
  });

  test('an inserted node moves no numbers of nodes with an id', () => {
    const before = compose({ id: 'turn', type: 'rotate' });
    const after = compose({ type: 'brightness' }, { type: 'hflip', p: 0.5 }, { id: 'turn', type: 'rotate' });
    const angle = (node: unknown, sample: number) =>
      steps(node, 1, 0, sample).find(({ id }) => id === 'turn')?.params.angle;
    for (let sample = 0; sample < 20; sample++) expect(angle(after, sample)).toBe(angle(before, sample));
  });

  test('p, weights and n are what they say, within five standard errors', () => {
    const count = 4000;
    const runs = Array.from({ length: count }, (_, sample) => steps(tree, 1, 0, sample).map(({ type }) => type));
    const share = (isHit: (types: string[]) => boolean) => runs.filter(isHit).length / count;
    const within = (found: number, p: number) => Math.abs(found - p) < 5 * Math.sqrt((p * (1 - p)) / count);
    expect(
      within(
        share(([, second]) => second === 'hflip'),
        0.75,
      ),
    ).toBe(true);
    for (const n of [0, 1, 2])
      expect(
        within(
          share((types) => types.length === 2 + n),
          1 / 3,
        ),
      ).toBe(true);
    const kept = Array.from({ length: count }, (_, sample) => steps({ type: 'hflip', p: 0.2 }, 1, 0, sample).length);
    expect(within(kept.reduce((sum, x) => sum + x, 0) / count, 0.2)).toBe(true);
  });

  test('someOf in the given order, and at random', () => {
    const children = [{ type: 'hflip' }, { type: 'vflip' }];
    const orders = (order: string) =>
      new Set(
        Array.from({ length: 50 }, (_, sample) =>
          steps({ type: 'someOf', n: 2, order, children }, 1, 0, sample)
            .map(({ type }) => type)
            .join(),
        ),
      );
    expect(orders('given')).toEqual(new Set(['hflip,vflip']));
    expect(orders('random')).toEqual(new Set(['hflip,vflip', 'vflip,hflip']));
  });
});

test('the id is the SHA-256 of the RFC 8785 form: order of keys and spaces do not count', () => {
  const { id } = compile({ pipeline: { type: 'rotate', angle: 1.0 }, format: 'aug/1' });
  const canonical = '{"format":"aug/1","pipeline":{"angle":1,"type":"rotate"}}';
  expect(id).toBe(createHash('sha256').update(canonical).digest('hex'));
});

describe('resolved pipelines', () => {
  const runner = new AugmentRunner(testImageKernels());
  const document = pipelineOf(
    compose(
      { type: 'affine', p: 0.5 },
      {
        type: 'someOf',
        order: 'random',
        children: [{ type: 'hflip' }, { type: 'rotate90' }, { id: 'b', type: 'brightness' }],
      },
    ),
    { seed: 5, targets: { keypoints: { flipPairs: [[0, 1]] } } },
  );

  test('replay gives the same picture and labels, and resolves to itself', () => {
    const picture = testPicture(31, 17, 3);
    for (let sample = 0; sample < 30; sample++) {
      const labels = {
        keypoints: [
          [3, 4],
          [20, 10],
        ],
        boxes: [[2, 3, 9, 12]],
      };
      const first = runner.run(document, picture, { sample, labels });
      const again = runner.run(JSON.parse(JSON.stringify(first.resolved)), picture, {
        sample: 77,
        seed: 1,
        epoch: 9,
        labels,
      });
      expect(again.image).toEqual(first.image);
      expect(again.labels).toEqual(first.labels);
      expect(again.resolved).toEqual(JSON.parse(JSON.stringify(first.resolved)));
    }
  });

  test('fused matrices move points as they did apart', () => {
    const fused = new AugmentRunner(testImageKernels(), true);
    const moves = pipelineOf(
      compose({ type: 'rotate', angle: 20 }, { type: 'translateX', by: 0.1 }, { type: 'shear', x: 5 }),
    );
    const labels = {
      keypoints: [
        [10, 11],
        [20, 3],
      ],
    };
    const picture = testPicture(40, 30, 3);
    const apart = runner.run(moves, picture, { labels }).labels?.keypoints?.flat() as number[];
    const joined = fused.run(moves, picture, { labels }).labels?.keypoints?.flat() as number[];
    joined.forEach((value, i) => {
      expect(value).toBeCloseTo(apart[i] as number, 9);
    });
    expect(fused.run(moves, picture).image).not.toEqual(runner.run(moves, picture).image);
  });
});

describe('pictures that do not fit', () => {
  const runner = new AugmentRunner(testImageKernels());
  const flip = pipelineOf({ type: 'hflip' });

  test.each([
    ['empty', { width: 0, height: 3, channels: 3, data: new Uint8Array(0) }],
    ['short', { width: 2, height: 2, channels: 3, data: new Uint8Array(11) }],
    ['fractional', { width: 1.5, height: 2, channels: 3, data: new Uint8Array(9) }],
  ])('%s', (_, picture) => {
    expect(engineError(() => runner.run(flip, picture)).code).toBe('invalid-input');
  });

  test('a mask of another size; labels that are none', () => {
    const picture = testPicture(8, 6, 3);
    expect(engineError(() => runner.run(flip, picture, { mask: testPicture(8, 5, 1) })).code).toBe('invalid-input');
    expect(engineError(() => runner.run(flip, picture, { labels: { boxes: [[0, 0, Number.NaN, 1]] } }))).toMatchObject({
      code: 'invalid-labels',
      path: '$.boxes[0]',
    });
  });

  test('after an error the next picture is as ever', () => {
    const picture = testPicture(8, 6, 3);
    const before = runner.run(flip, picture);
    expect(engineError(() => runner.run(flip, picture, { labels: 3 })).code).toBe('invalid-labels');
    expect(runner.run(flip, picture)).toEqual(before);
  });
});
