/** Which nodes are needed, in an order in which every one comes after what it reads. */
import { EngineError } from '../../errors.ts';
import { excerpt } from '../../json.ts';
import type { SourceModel, SourceNode } from './source.ts';

/** How a node is named in sentences. */
export const describeNode = ({ name, type }: SourceNode): string => `node ${excerpt(name)} (${type})`;

/**
 * The nodes between `inputs` and `outputs`, by depth-first search from the outputs.
 * @throws EngineError `invalid-model`: a value that nobody computes, one that two nodes compute, a cycle
 */
export function selectNodes<N extends SourceNode>(
  model: SourceModel<N>,
  inputs: ReadonlySet<string>,
  outputs: readonly string[],
): readonly N[] {
  const producers = producersOf(model);
  const isGiven = (name: string) => inputs.has(name) || model.initializers.has(name);
  const order: N[] = [];
  const state = new Map<N, 'open' | 'done'>();
  // A stack of our own: a chain of nodes may be longer than the host's.
  const stack: { node: N; next: number }[] = [];
  const enter = (name: string, reader?: N) => {
    if (name === '' || isGiven(name)) return;
    const node = producers.get(name);
    if (!node) {
      const where = reader ? `${describeNode(reader)} reads` : 'the output';
      const what = reader ? 'which is neither an input, an initializer nor computed by a node' : 'is not in the model';
      throw new EngineError('invalid-model', `${where} ${excerpt(name)}${reader ? ',' : ''} ${what}`);
    }
    if (state.get(node) === 'open') {
      throw new EngineError('invalid-model', `${describeNode(node)} is part of a cycle: it depends on itself`);
    }
    if (state.has(node)) return;
    state.set(node, 'open');
    stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const { node, next } = top;
      if (next < node.inputs.length) {
        top.next++;
        enter(node.inputs[next] as string, node);
      } else {
        state.set(node, 'done');
        order.push(node);
        stack.pop();
      }
    }
  }
  return order;
}

function producersOf<N extends SourceNode>({ nodes, initializers, inputs }: SourceModel<N>): ReadonlyMap<string, N> {
  const producers = new Map<string, N>();
  const given = new Set(inputs.map(({ name }) => name));
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      const other = producers.get(output);
      if (other || initializers.has(output) || given.has(output)) {
        const taken = other ? `as does ${describeNode(other)}` : 'which is an initializer or an input';
        throw new EngineError('invalid-model', `${describeNode(node)} computes ${excerpt(output)}, ${taken}`);
      }
      producers.set(output, node);
    }
  }
  return producers;
}
