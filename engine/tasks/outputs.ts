/** What the tasks share about a graph's outputs: finding them, and turning raw values into scores. */
import { exp } from '../elementary.ts';
import { EngineError } from '../errors.ts';
import type { Graph, GraphOutput, Shapes } from '../graph.ts';
import type { Shape } from '../tensor.ts';

export type Activation = 'softmax' | 'sigmoid' | 'given';

export const invalid = (path: string, sentence: string): EngineError =>
  new EngineError('invalid-graph', `${path}: ${sentence}`, path);

/** The output of a name that a task's field holds. @throws EngineError `invalid-graph` where there is none */
export function outputOf(graph: Graph, name: string, path: string): GraphOutput {
  const output = graph.outputs.find((each) => each.name === name);
  if (output) return output;
  const known = graph.outputs.map((each) => each.name).join(', ');
  throw invalid(path, `there is no output "${name}", the graph has ${known}`);
}

/** Its shape for one picture. @throws EngineError `invalid-graph` */
export const outputShape = (graph: Graph, shapes: Shapes, name: string, path: string): Shape =>
  shapes.of(outputOf(graph, name, path).from);

/** The only output. @throws EngineError `invalid-input` where there are several */
export function onlyOutput(graph: Graph, kind: string): GraphOutput {
  const [output, ...others] = graph.outputs;
  if (output && others.length === 0) return output;
  const names = graph.outputs.map(({ name }) => name).join(', ');
  throw new EngineError('invalid-input', `the graph has the outputs ${names}: a task "${kind}" must say which`);
}

/** @throws EngineError `invalid-graph` where there are labels of another count than classes */
export function checkLabels(labels: readonly string[] | undefined, classes: number): void {
  if (!labels || labels.length === classes) return;
  throw invalid('$.labels', `${labels.length} labels for ${classes} classes`);
}

/** A class by its label, or by its index where there are no labels. */
export const labelOf = (labels: readonly string[] | undefined, index: number): string =>
  labels?.[index] ?? String(index);

export const sigmoid = (x: number): number => 1 / (1 + exp(-x));

/** Scores of rows of `classes` values each, in f64: the same length. */
export function activate(values: ArrayLike<number>, classes: number, activation: Activation): Float64Array {
  const scores = Float64Array.from(values);
  if (activation === 'sigmoid') for (let i = 0; i < scores.length; i++) scores[i] = sigmoid(scores[i]!);
  if (activation !== 'softmax') return scores;
  for (let first = 0; first < scores.length; first += classes) {
    const end = first + classes;
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let i = first; i < end; i++) largest = Math.max(largest, scores[i]!);
    for (let i = first; i < end; i++) {
      const power = exp(scores[i]! - largest);
      scores[i] = power;
      sum += power;
    }
    for (let i = first; i < end; i++) scores[i]! /= sum;
  }
  return scores;
}
