/** Suppression against the loop that its definition is, and what the definition leaves open. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Candidates } from '../../../engine/tasks/candidates.ts';
import * as nms from '../../../engine/tasks/nms.ts';
import { sigmoid } from '../../../engine/tasks/outputs.ts';
import { seededData } from '../../suites/seeded.ts';

type Nms = nms.Nms;
type Survivor = nms.Survivor;

/** Suppression of given scores, [N,classes]. */
function suppress(
  boxes: readonly number[],
  scores: readonly number[],
  classes: number,
  given: Nms,
  background?: number,
) {
  const { score: least, perClass } = given;
  const candidates = new Candidates({ classes, activation: 'given', least, perClass, background });
  const values = Float64Array.from(scores);
  for (let box = 0; box < boxes.length / 4; box++) candidates.offer(box, values, box * classes);
  return nms.suppress(boxes, candidates, given);
}

const options: Nms = { iou: 0.5, score: 0, max: 100, perClass: true };

/** Takes the best of all that is left, and takes away what it overlaps, until nothing is left. */
function naive(boxes: readonly number[], scores: readonly number[], classes: number, nms: Nms, background?: number) {
  let left: Survivor[] = [];
  for (let box = 0; box < boxes.length / 4; box++) {
    let row = Array.from({ length: classes }, (_, label) => ({ box, label, score: scores[box * classes + label]! }));
    row = row.filter(({ label, score }) => label !== background && score >= nms.score);
    if (!nms.perClass) row = row.sort((a, b) => b.score - a.score || a.label - b.label).slice(0, 1);
    left.push(...row);
  }
  const kept: Survivor[] = [];
  while (left.length > 0 && kept.length < nms.max) {
    let best = left[0]!;
    for (const other of left) if (other.score > best.score) best = other;
    kept.push(best);
    const competes = (other: Survivor) => !nms.perClass || other.label === best.label;
    left = left.filter((other) => other !== best && !(competes(other) && iou(boxes, best.box, other.box) > nms.iou));
  }
  return kept;
}

/** By counting unit squares: boxes of the tests have whole corners. */
function iou(boxes: readonly number[], a: number, b: number): number {
  const has = (box: number, x: number, y: number) => {
    const [left, top, right, bottom] = boxes.slice(4 * box, 4 * box + 4) as [number, number, number, number];
    return x >= left && x < right && y >= top && y < bottom;
  };
  let [both, either] = [0, 0];
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      if (has(a, x, y) && has(b, x, y)) both++;
      if (has(a, x, y) || has(b, x, y)) either++;
    }
  }
  return both === 0 ? 0 : both / either;
}

/** Few levels, so that ties happen; corners up to 8, also of boxes that are empty or turned inside out. */
const problem = fc.record({ count: fc.nat(12), classes: fc.integer({ min: 1, max: 4 }) }).chain(({ count, classes }) =>
  fc.record({
    boxes: fc.array(fc.nat(8), { minLength: 4 * count, maxLength: 4 * count }),
    scores: fc.array(
      fc.nat(8).map((n) => n / 8),
      { minLength: count * classes, maxLength: count * classes },
    ),
    classes: fc.constant(classes),
    background: fc.option(fc.nat(classes - 1), { nil: undefined }),
    nms: fc.record({
      iou: fc.nat(4).map((n) => n / 4),
      score: fc.nat(8).map((n) => n / 8),
      max: fc.integer({ min: 1, max: 10 }),
      perClass: fc.boolean(),
    }),
  }),
);

test('agrees with the naive loop', () => {
  fc.assert(
    fc.property(problem, ({ boxes, scores, classes, background, nms }) => {
      const expected = naive(boxes, scores, classes, nms, background);
      expect(suppress(boxes, scores, classes, nms, background)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

/** Every candidate in order, each against all that stay: the same as `naive`, for more than it could do in time. */
function inOrder(
  boxes: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
  { iou: limit, max, perClass }: Nms,
) {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const kept: Survivor[] = [];
  for (const i of order) {
    if (kept.length === max) break;
    const [box, label] = [Math.floor(i / classes), i % classes];
    const competes = (other: Survivor) => !perClass || other.label === label;
    if (kept.some((other) => competes(other) && shared(boxes, other.box, box) > limit)) continue;
    kept.push({ box, label, score: scores[i]! });
  }
  return kept;
}

function shared(boxes: ArrayLike<number>, a: number, b: number): number {
  const side = (box: number, i: number) => boxes[4 * box + i]!;
  const along = (i: number) => Math.max(Math.min(side(a, i + 2), side(b, i + 2)) - Math.max(side(a, i), side(b, i)), 0);
  const area = (box: number) => (side(box, 2) - side(box, 0)) * (side(box, 3) - side(box, 1));
  const both = along(0) * along(1);
  return both === 0 ? 0 : both / (area(a) + area(b) - both);
}

describe('of more than are put in order at first', () => {
  const [count, classes] = [1000, 7];
  /** Scores of a detector lie close to 0; few levels make ties of them. */
  const scoresOf: Readonly<Record<string, (uniform: number) => number>> = {
    'like a detector’s': (x) => sigmoid(16 * x - 14),
    'of a hundred levels': (x) => Math.floor(100 * x) / 100,
    'all alike': () => 0.5,
    'that f32 cannot tell apart': (x) => 0.5 + x * 2 ** -40,
  };

  describe.each(Object.keys(scoresOf))('scores %s', (kind) => {
    test.each([
      ['boxes anywhere', 1, 100],
      ['boxes in few places: nearly all are beaten', 0.03, 100],
      ['more than there is room for in the first thousands', 0.3, 2000],
    ])('%s', (_, spread, max) => {
      const random = seededData(6 * count + count * classes, 5, 0, 1);
      const boxes = Array.from({ length: count }, (_, i) => {
        const [x, y, w, h] = random.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
        return [spread * x, spread * y, spread * x + 0.1 + 0.02 * w, spread * y + 0.1 + 0.02 * h];
      }).flat();
      const scores = Array.from(random.subarray(6 * count), (x) => scoresOf[kind]!(x));
      const given = { ...options, max };
      const found = suppress(boxes, scores, classes, given);
      expect(found).toEqual(inOrder(boxes, scores, classes, given));
      expect(found.length).toBeGreaterThanOrEqual(classes);
    });
  });
});

describe('what is left open', () => {
  const twice = [0, 0, 4, 4, 0, 0, 4, 4];

  test('the lower box wins a tie', () => {
    expect(suppress(twice, [0.5, 0.5], 1, options)).toEqual([{ box: 0, label: 0, score: 0.5 }]);
  });

  test('a box may be two things at once, where classes do not compete', () => {
    expect(suppress(twice, [0.5, 0.25, 0, 0.75], 2, options).map(({ box, label }) => [box, label])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(suppress(twice, [0.5, 0.25, 0, 0.75], 2, { ...options, perClass: false })).toEqual([
      { box: 1, label: 1, score: 0.75 },
    ]);
  });

  test('an overlap of exactly the limit stays', () => {
    // 2 of 4 squares are shared.
    const half = [0, 0, 3, 1, 1, 0, 4, 1];
    expect(suppress(half, [1, 0.5], 1, options)).toHaveLength(2);
    expect(suppress(half, [1, 0.5], 1, { ...options, iou: 0.49 })).toHaveLength(1);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a corner of %s overlaps nothing', (corner) => {
    expect(suppress([0, 0, corner, 4, 0, 0, 4, 4], [1, 0.5], 1, options)).toHaveLength(2);
  });

  test('NaN is no score, and no boxes are no answer', () => {
    expect(suppress(twice, [Number.NaN, 0.5], 1, options)).toEqual([{ box: 1, label: 0, score: 0.5 }]);
    expect(suppress([], [], 3, options)).toEqual([]);
  });
});
