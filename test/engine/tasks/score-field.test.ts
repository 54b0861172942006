/** Masks and their scores against a loop over pixels and classes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sourceMapping } from '../../../engine/image/preprocess.ts';
import { type CellScores, ScoreField } from '../../../engine/tasks/score-field.ts';

interface Problem {
  readonly cells: CellScores;
  readonly source: { readonly width: number; readonly height: number };
  readonly size: [number, number];
  readonly fit: 'stretch' | 'crop' | 'letterbox';
  readonly isOwn: boolean;
}

function fieldOf({ cells, source, size, fit, isOwn }: Problem): ScoreField {
  const { scale, offset } = mappingOf({ source, size, fit });
  return new ScoreField(
    cells,
    { pixels: source.width, scale: scale[0], offset: offset[0], side: size[0] },
    { pixels: source.height, scale: scale[1], offset: offset[1], side: size[1] },
    isOwn,
  );
}

const mappingOf = ({ source, size, fit }: Pick<Problem, 'source' | 'size' | 'fit'>) =>
  sourceMapping(source, { size, fit, antialias: true, channels: 'gray', scale: 1, mean: [0], std: [1] });

/** Scores of every class at every pixel, by the formula of bilinear interpolation; nothing where a crop left it out. */
function naive(problem: Problem): (readonly number[] | undefined)[] {
  const { cells, source, size } = problem;
  const { scale, offset } = mappingOf(problem);
  const lookup = (pixel: number, axis: 0 | 1, count: number) => {
    const place = ((pixel + 0.5) / scale[axis] - offset[axis]) * (count / size[axis]);
    if (place < 0 || place >= count) return undefined;
    const at = Math.min(Math.max(place - 0.5, 0), count - 1);
    const before = Math.floor(at);
    return { before, behind: Math.min(before + 1, count - 1), t: at - before };
  };
  return Array.from({ length: source.width * source.height }, (_, i) => {
    const x = lookup(i % source.width, 0, cells.columns);
    const y = lookup(Math.floor(i / source.width), 1, cells.rows);
    if (!x || !y) return undefined;
    const value = (row: number, column: number, c: number) =>
      cells.values[(row * cells.columns + column) * cells.classes + c]!;
    return Array.from(
      { length: cells.classes },
      (_, c) =>
        (1 - y.t) * ((1 - x.t) * value(y.before, x.before, c) + x.t * value(y.before, x.behind, c)) +
        y.t * ((1 - x.t) * value(y.behind, x.before, c) + x.t * value(y.behind, x.behind, c)),
    );
  });
}

/** Whether a pixel is of a class, and whether that hangs on the last bits: ours and the formula round in other orders. */
function belongs(scores: readonly number[], label: number, isOwn: boolean): { isIn: boolean; isClose: boolean } {
  const own = scores[label]!;
  const rival = isOwn ? 0.5 : Math.max(...scores.filter((_, c) => c !== label), Number.NEGATIVE_INFINITY);
  // Seven operations on numbers up to 1, each off by half a unit in the last place at most, both ways.
  const isClose = Math.abs(own - rival) < 14 * 2 ** -53;
  return { isIn: isOwn ? own >= rival : scores.indexOf(Math.max(...scores)) === label, isClose };
}

const problems = fc
  .record({
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 1, max: 6 }),
    classes: fc.integer({ min: 1, max: 5 }),
    isOwn: fc.boolean(),
    source: fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) }),
    size: fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 })),
    fit: fc.constantFrom('stretch', 'crop', 'letterbox' as const),
    /** Few levels: neighbours agree, and classes tie. */
    levels: fc.constantFrom(2, 4, 1000),
  })
  .chain(({ rows, columns, classes, levels, ...rest }) =>
    fc.array(fc.nat(levels), { minLength: rows * columns * classes, maxLength: rows * columns * classes }).map(
      (all): Problem => ({
        ...rest,
        cells: { values: Float64Array.from(all, (n) => n / levels), rows, columns, classes },
      }),
    ),
  );

test('agrees with the naive loop', () => {
  fc.assert(
    fc.property(problems, (problem) => {
      const { cells, isOwn } = problem;
      const scores = naive(problem);
      const field = fieldOf(problem);
      const { counts, sums } = field.tally();
      for (let label = 0; label < cells.classes; label++) {
        const mask = field.mask(label);
        let [count, sum] = [0, 0];
        scores.forEach((each, i) => {
          const { isIn, isClose } = each ? belongs(each, label, isOwn) : { isIn: false, isClose: false };
          if (!isClose) expect(mask[i]).toBe(isIn ? 255 : 0);
          else expect([0, 255]).toContain(mask[i]);
          if (mask[i] === 0) return;
          count++;
          sum += each![label]!;
        });
        // The tally is that of the mask.
        expect(counts[label]).toBe(count);
        // A sum of up to 1,600 scores up to 1, in two orders: each addition rounds by 2⁻⁵³ of at most 1,600.
        expect(Math.abs(sums[label]! - sum)).toBeLessThan(2 * 1600 * 1600 * 2 ** -53);
      }
    }),
    { numRuns: 300 },
  );
});

test('each pixel inside is of one class, where classes compete', () => {
  fc.assert(
    fc.property(problems, (given) => {
      const problem = { ...given, isOwn: false };
      const field = fieldOf(problem);
      const masks = Array.from({ length: problem.cells.classes }, (_, label) => field.mask(label));
      naive(problem).forEach((scores, i) => {
        expect(masks.reduce((sum, mask) => sum + mask[i]!, 0)).toBe(scores ? 255 : 0);
      });
    }),
  );
});

describe('outlines', () => {
  test('lie where the interpolated score is a half, not at the borders of cells', () => {
    const cells = { values: Float64Array.of(1, 0.2), rows: 1, columns: 2, classes: 1 };
    const source = { width: 80, height: 1 };
    const mask = fieldOf({ cells, source, size: [2, 1], fit: 'stretch', isOwn: true }).mask(0);
    // Middles at 20 and 60; 1 − 0.8·t falls to a half at t = 0.625: pixels up to 20 + 40·0.625 = 45.
    expect(mask.indexOf(0)).toBe(45);
    expect(mask.lastIndexOf(255)).toBe(44);
  });

  test('a class that is second everywhere may win in between', () => {
    const cells = { values: Float64Array.of(1, 0.75, 0, 0, 0.75, 1), rows: 1, columns: 2, classes: 3 };
    const problem = {
      cells,
      source: { width: 8, height: 1 },
      size: [2, 1] as [number, number],
      fit: 'stretch' as const,
    };
    expect([...fieldOf({ ...problem, isOwn: false }).mask(1)]).toEqual([0, 0, 0, 255, 255, 0, 0, 0]);
  });
});
