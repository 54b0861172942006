/** The registry of tasks: a file beside this one and a line here. */
import * as v from 'valibot';
import type { Graph, Shapes } from '../graph.ts';
import { classify } from './classify.ts';
import type { TaskDefinition } from './task.ts';

export type { AnswerOptions } from './task.ts';

export const tasks = { classify };

export const taskSchema = v.variant('kind', [classify.schema]);

export type Task = v.InferOutput<typeof taskSchema>;
export type Answer = ReturnType<(typeof tasks)[Task['kind']]['answer']>;

/** The definition that fulfils a parsed task. */
export const definitionOf = (task: Task): TaskDefinition<Task, Answer> => tasks[task.kind];

/**
 * Checks a task against the graph that is to fulfil it.
 * @throws EngineError `invalid-graph` with the JSON path
 */
export const checkTask = (task: Task, graph: Graph, shapes: Shapes, labels: readonly string[] | undefined): void =>
  definitionOf(task).check(task, graph, shapes, labels);
