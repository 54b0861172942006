/**
 * A route's description stands in the route, as a middleware that does nothing: openapi.ts finds it there, so that a route
 * and its documentation cannot drift apart.
 */
import type { MiddlewareHandler } from 'hono';
import type * as v from 'valibot';
import type { ProblemCode } from './problem.ts';

/** A valibot schema, or JSON Schema where the body is no JSON. */
export type BodySchema = v.GenericSchema | { readonly type: 'string'; readonly format?: 'binary' };
/** By media type. */
export type Bodies = Readonly<Record<string, BodySchema>>;

export interface RouteDescription {
  /** One line. */
  readonly summary: string;
  readonly details?: string;
  readonly tag: 'Models' | 'Open Inference Protocol' | 'Documentation';
  /** What the query may say. */
  readonly query?: v.ObjectSchema<v.ObjectEntries, undefined> | v.StrictObjectSchema<v.ObjectEntries, undefined>;
  readonly request?: Bodies;
  /** What 200 answers. */
  readonly response: Bodies;
  /** What can go wrong beside what can everywhere. */
  readonly errors?: readonly ProblemCode[];
}

const descriptions = new WeakMap<object, RouteDescription>();

export function describeRoute(description: RouteDescription): MiddlewareHandler {
  const handler: MiddlewareHandler = (_, next) => next();
  descriptions.set(handler, description);
  return handler;
}

/** The description that a route's handler is, undefined where it is an ordinary handler. */
export const descriptionOf = (handler: object): RouteDescription | undefined => descriptions.get(handler);
