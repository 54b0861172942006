/**
 * The golden set bites: what an engine with a mistake would give is rejected. A mistake is made in the node that a case runs,
 * where it has the same effect as in the code.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inverse, type Matrix } from '../../engine/augment/matrix.ts';
import { loadCodecs } from '../../scripts/codecs.ts';
import { GoldenChecker, type Mutate } from '../../scripts/golden/check.ts';
import { type GoldenEntry, readManifest } from '../../scripts/golden/manifest.ts';
import { loadImageKernels } from '../../scripts/kernels.ts';

const folder = fileURLToPath(new URL('../fixtures/golden', import.meta.url));
const { entries } = await readManifest(folder);
const checker = new GoldenChecker(folder, await loadCodecs(), loadImageKernels());

const matrixOf = ({ params }: GoldenEntry) =>
  (params.matrix_forward_continuous as number[][]).flat() as unknown as Matrix;
const isWarp = ({ op, params }: GoldenEntry) =>
  ['rotate', 'shear', 'translate_x', 'translate_y', 'affine'].includes(op) && params.interpolation !== 'nearest';
const resampling = ({ interpolation, border, fill }: Readonly<Record<string, unknown>>) => ({
  interpolation,
  border,
  fill,
});

/** The case's map, changed, in place of what its options make. */
const withMatrix =
  (change: (matrix: Matrix) => Matrix): Mutate =>
  (node, entry) => ({ type: 'affine', ...resampling(node), matrix: change(matrixOf(entry)) });

const turned = (matrix: unknown) => (matrix as number[][]).map((row) => [...row].reverse()).reverse();

const mutants: Readonly<Record<string, { readonly of: (entry: GoldenEntry) => boolean; readonly mutate: Mutate }>> = {
  'none: the case itself passes': { of: isWarp, mutate: withMatrix((matrix) => matrix) },
  'a shift of 0.1 pixels': {
    of: isWarp,
    mutate: withMatrix(([a, b, c, d, e, f, g, h, i]) => [a, b, c + 0.1, d, e, f, g, h, i]),
  },
  'the inverse of the matrix': { of: isWarp, mutate: withMatrix((matrix) => inverse(matrix) as Matrix) },
  'tanh for tan in shear': {
    of: ({ op, params }) => op === 'shear' && params.interpolation !== 'nearest',
    mutate: (node) => {
      const radians = ((node.x as number) * Math.PI) / 180;
      return { ...node, x: (Math.atan(Math.tanh(radians)) * 180) / Math.PI };
    },
  },
  'a flipped filter': {
    of: ({ id }) => id === 'conv_sobel_x_coffee' || id === 'conv_1d_101_coffee' || id.startsWith('emboss'),
    mutate: (node, { params }) => ({
      type: 'convolve',
      matrix: turned(params.kernel),
      border: node.border ?? 'reflect',
    }),
  },
  'the edge in place of the mirror': {
    of: ({ params }) => params.border === 'reflect' || params.border === 'reflect101',
    mutate: (node) => ({ ...node, border: 'edge' }),
  },
  'no antialias': {
    of: ({ op, params }) =>
      op === 'resize' &&
      params.antialias === true &&
      String(params.filter).startsWith('bi') &&
      !String(params.out_wh).startsWith('180'),
    mutate: (node) => ({ ...node, antialias: false }),
  },
  'σ larger by 5 %': {
    of: ({ op }) => op === 'gaussian_blur',
    mutate: (node) => ({ ...node, sigma: (node.sigma as number) * 1.05 }),
  },
};

test.each(Object.entries(mutants))('%s', async (name, { of, mutate }) => {
  const cases = entries.filter((entry) => entry.kind === 'image' && of(entry));
  expect(cases.length).toBeGreaterThan(0);
  const rejected: string[] = [];
  for (const entry of cases) if ((await checker.entry(entry, mutate)).fault) rejected.push(entry.id);
  if (name.startsWith('none')) expect(rejected).toEqual([]);
  else expect(rejected, `of ${cases.length} cases`).not.toEqual([]);
});
