/** Pad: elements in front of and behind axes, negative ones cut off. */

import { identity } from '../layout.ts';
import type { Reader } from '../operation.ts';
import { alongAxes, type Range, sliced } from './movement.ts';

const padModes: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'edge',
  wrap: 'wrap',
};

export const pad: Reader = (op) => {
  const shape = op.shape(0);
  const pads = op.integers(op.attributes.has('paddings') ? 'paddings' : 'pads', 1);
  if (!pads) throw op.invalid('the paddings are missing');
  const padded = op.integers('axes', 3)?.map((axis) => op.axis(axis, shape.length)) ?? identity(shape.length);
  if (pads.length !== 2 * padded.length) {
    throw op.invalid(`expected ${2 * padded.length} paddings, got ${pads.length}`);
  }
  const padding = shape.map((): readonly [number, number] => [0, 0]);
  padded.forEach((axis, i) => {
    padding[axis] = [pads[i] as number, pads[i + padded.length] as number];
  });
  const mode = padModes[op.attributes.text('mode', 'constant')];
  if (!mode) throw op.unsupported('feature', `mode ${op.attributes.text('mode', '')} is not supported`);
  const value = op.opset < 11 ? op.attributes.float('value', 0) : (op.optionalConstant(2, 'the value')?.data[0] ?? 0);
  // A negative padding cuts off.
  const ranges = shape.map((side, axis): Range => {
    const [before, after] = padding[axis] as readonly [number, number];
    const size = side + Math.min(0, before) + Math.min(0, after);
    if (size < 0) throw op.invalid(`paddings ${before} and ${after} cut off more than ${side} elements`);
    return { start: Math.max(0, -before), size, step: 1 };
  });
  const rest = sliced(op, op.runTime(0), ranges);
  const growth = padding.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  if (growth.every(([before, after]) => before === 0 && after === 0)) return rest;
  return alongAxes(op, op.toRunTime(rest), 'pad', { padding: growth }, { mode, ...(mode === 'constant' && { value }) });
};
