/** The registry of tasks: a file beside this one and a line here. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Graph, Shapes } from '../graph.ts';
import { classify } from './classify.ts';
import { detect } from './detect.ts';
import { embed } from './embed.ts';
import { localize } from './localize.ts';
import { segment } from './segment.ts';
import type { TaskDefinition, TaskTensor } from './task.ts';

export type { AnswerOptions } from './task.ts';

export const tasks = { classify, localize, detect, segment, embed };

export const taskSchema = v.variant('kind', [
  classify.schema,
  localize.schema,
  detect.schema,
  segment.schema,
  embed.schema,
]);

export type Task = v.InferOutput<typeof taskSchema>;
export type Answer = ReturnType<(typeof tasks)[Task['kind']]['answer']>;

/** The definition that fulfils a parsed task. */
export const definitionOf = (task: Task): TaskDefinition<Task, Answer> =>
  tasks[task.kind] as TaskDefinition<Task, Answer>;

/** Tensors of the file that a task reads, and no node. */
export const taskTensors = (task: Task, graph: Graph, shapes: Shapes): readonly TaskTensor[] =>
  definitionOf(task).tensors?.(task, graph, shapes) ?? [];

/**
 * The task of a kind as a graph suggests it.
 * @throws EngineError `invalid-input` for an unknown kind, or where the graph leaves more than one choice
 */
export function proposeTask(kind: string, graph: Graph): Task {
  if (Object.hasOwn(tasks, kind)) return tasks[kind as Task['kind']].propose(graph);
  throw new EngineError('invalid-input', `there is no task "${kind}": known are ${Object.keys(tasks).join(', ')}`);
}

/**
 * Checks a task against the graph that is to fulfil it.
 * @throws EngineError `invalid-graph` with the JSON path
 */
export const checkTask = (task: Task, graph: Graph, shapes: Shapes, labels: readonly string[] | undefined): void =>
  definitionOf(task).check(task, graph, shapes, labels);
