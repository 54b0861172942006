/** Layers with windows, and norms, against PyTorch: results and gradients within what the kernels may round. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { Shape, Tensor } from '../../../engine/tensor.ts';
import type { Tensor64 } from '../../reference/tensor64.ts';
import { expectWithin, toCase64 } from '../../suites/check-layer.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { roundings } from '../../suites/rounding.ts';
import { LayerRunner, layerOfKind } from '../../suites/run-layer.ts';

interface Written {
  readonly shape: Shape;
  readonly data: readonly number[];
}

const fixture = JSON.parse(readFileSync(new URL('../../fixtures/windows.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly {
    readonly name: string;
    readonly kind: LayerKind;
    readonly attributes: object;
    readonly x: Written;
    readonly w: Readonly<Record<string, Written>>;
    readonly y: Written;
    readonly dy: Written;
    readonly dx: Written;
    readonly dw: Readonly<Record<string, Written>>;
  }[];
};

/** The fixture has ten decimals. */
const WRITING_ERROR = 0.5e-10;

const exact = ({ shape, data }: Written): Tensor64 => ({ shape, data: Float64Array.from(data) });
const single = ({ shape, data }: Written): Tensor => ({ shape, data: Float32Array.from(data) });

describe.each(trainingBuilds)('as PyTorch has it, $label', ({ source }) => {
  const runner = new LayerRunner(source);

  test.each(fixture.cases)('$kind: $name', ({ kind, attributes, x, w, y, dy, dx, dw }) => {
    const c = {
      kind,
      attributes: parseAttributes(layerOfKind(kind), attributes),
      x: [single(x)],
      w: Object.fromEntries(Object.entries(w).map(([role, tensor]) => [role, single(tensor)])),
    };
    const shapes = layerOfKind(kind).weights?.([x.shape], c.attributes) ?? {};
    expect(Object.keys(w)).toEqual(Object.keys(shapes));
    for (const [role, { shape }] of Object.entries(shapes)) expect(w[role]?.shape).toEqual(shape);

    const rounding = roundings[kind];
    const bounds = Array.from(rounding.forward(toCase64(c), exact(y)), (bound) => bound + WRITING_ERROR);
    expectWithin(runner.forward(c), exact(y), bounds);

    const gradients = runner.backward(c, single(dy).data);
    const bound = rounding.gradient(toCase64(c), exact(dy).data);
    const compare = (target: number | string, actual: Tensor, wanted: Written) =>
      expectWithin(
        actual,
        exact(wanted),
        wanted.data.map((value, i) => bound(target, i, value) + WRITING_ERROR),
        `gradient of ${target}`,
      );
    compare(0, gradients.dx[0] as Tensor, dx);
    for (const [role, wanted] of Object.entries(dw)) compare(role, gradients.dw[role] as Tensor, wanted);
  });
});
