/** Random chains of operators: each step is a few numbers, taken for whatever fits the value that it comes upon. */
import fc from 'fast-check';
import { elementCount } from '../../../../engine/tensor.ts';
import { Chain } from './chain.ts';
import type { ModelParts } from './models.ts';
import { steps } from './random-steps.ts';

const step = fc.record({
  kind: fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
  keys: fc.array(fc.nat(99), { minLength: 12, maxLength: 12 }),
});

/** Images most of the time, as networks have them. */
const inputShape = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom(1, 2),
      fc.constantFrom(2, 4, 6),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
    ),
  },
  { weight: 2, arbitrary: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }) },
);

/** Whole models, whose outputs are the chain's last value and one from its middle. */
export const randomModel = fc
  .record({ input: inputShape, steps: fc.array(step, { minLength: 2, maxLength: 9 }), middle: fc.nat(8) })
  .map(({ input, steps: list, middle }): ModelParts => {
    const chain = new Chain(input);
    for (const { kind, keys } of list) {
      chain.take(keys);
      steps[kind](chain, chain.current);
    }
    const { name, shape } = chain.current;
    const rank = shape.length;
    // An output has at most four axes.
    if (rank > 4)
      chain.add('Reshape', `${name} ${chain.list(...shape.slice(0, 3), -1)}`, [
        ...shape.slice(0, 3),
        elementCount(shape.slice(3)),
      ]);
    if (chain.nodes.length === 0) chain.add('Relu', name, shape);
    const seen = chain.values.slice(1, -1).filter(({ shape: sides }) => sides.length <= 4);
    const outputs = [chain.current, ...seen.slice(middle, middle + 1)].map((value) => value.name);
    return { inputs: { x: input }, nodes: chain.nodes, initializers: chain.initializers, outputs };
  });
