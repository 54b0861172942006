/** The task contract: what turns a model's outputs into an answer. */
import type { GenericSchema } from 'valibot';
import type { Graph, Shapes } from '../graph.ts';
import type { Preprocess } from '../image/preprocess.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Target } from './target.ts';

export interface AnswerOptions {
  /** At most so many entries. */
  readonly topK: number;
  /** Entries of a lower score are left out. */
  readonly threshold: number;
}

/** What an answer needs beside the outputs. */
export interface AnswerContext {
  readonly labels: readonly string[] | undefined;
  /** The upright picture's size, pixels. */
  readonly source: { readonly width: number; readonly height: number };
  readonly preprocess: Preprocess;
  readonly graph: Graph;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A tensor of the file that the task reads, and no node. */
export interface TaskTensor {
  /** Where the task names it. */
  readonly path: string;
  readonly name: string;
  readonly shape: Shape;
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
  /** Tensors of the file that the task reads, of a task that `check` let through. */
  tensors?(task: T, graph: Graph, shapes: Shapes): readonly TaskTensor[];
  /** The graph that answers: the file's with what the task computes behind it, so that kernels do it. */
  extend(task: T, graph: Graph): Graph;
  /**
   * What speaks for a class, by default for the best one, from the outputs of the extended graph; absent where a task
   * knows no classes.
   * @throws EngineError `invalid-input` for an unknown class
   */
  explain?(
    task: T,
    outputs: Readonly<Record<string, Tensor>>,
    context: Pick<AnswerContext, 'labels' | 'preprocess' | 'graph' | 'tensors'>,
    choice: string | number | undefined,
  ): Target;
  /** The answer for one picture, from the outputs of the extended graph. */
  answer(task: T, outputs: Readonly<Record<string, Tensor>>, context: AnswerContext, options: AnswerOptions): Answer;
}
