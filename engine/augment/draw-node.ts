/** Chance of one node: whether it is applied, and the values of its options. */
import type { Random } from '../random.ts';
import type { Size } from './options.ts';
import type { OperationNode, PipelineNode } from './pipeline.ts';

/** Every node draws p first, so that giving it one moves no other number. */
export function isApplied({ p }: PipelineNode, random: Random): boolean {
  if (p < 1) return random.float() < p;
  random.skip();
  return true;
}

/** The options as drawn, before `settle`. */
export function drawOptions({ draws }: OperationNode, random: Random, size: Size): Record<string, unknown> {
  const drawn: Record<string, unknown> = {};
  for (const key in draws) drawn[key] = draws[key]?.(random, size);
  return drawn;
}
