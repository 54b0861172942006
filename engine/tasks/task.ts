/** The task contract: what turns a model's outputs into an answer. */
import type { GenericSchema } from 'valibot';
import type { Graph, Shapes } from '../graph.ts';
import type { Tensor } from '../tensor.ts';

export interface AnswerOptions {
  /** At most so many entries. */
  readonly topK: number;
  /** Entries of a lower score are left out. */
  readonly threshold: number;
}

export interface TaskDefinition<T, Answer> {
  /** Parses a model document's `task`. */
  readonly schema: GenericSchema<unknown, T>;
  readonly defaults: AnswerOptions;
  /**
   * The task as a graph suggests it: what `--task KIND` means.
   * @throws EngineError `invalid-input` where the graph leaves more than one choice
   */
  propose(graph: Graph): T;
  /** @throws EngineError `invalid-graph` with the JSON path where the graph cannot fulfil the task */
  check(task: T, graph: Graph, shapes: Shapes, labels: readonly string[] | undefined): void;
  /** The graph that answers: the file's with what the task computes behind it, so that kernels do it. */
  extend(task: T, graph: Graph): Graph;
  /** The answer for one picture, from the outputs of the extended graph. */
  answer(
    task: T,
    outputs: Readonly<Record<string, Tensor>>,
    labels: readonly string[] | undefined,
    options: AnswerOptions,
  ): Answer;
}
