/** One structured line a request, without anything that could tell who asked what: the route's pattern, not its path. */
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from './bindings.ts';

export const logRequests: MiddlewareHandler<AppEnv> = async (c, next) => {
  const start = Date.now();
  await next();
  const { method } = c.req;
  console.log(
    JSON.stringify({
      method,
      route: routePath(c, -1),
      status: c.res.status,
      ms: Date.now() - start,
      id: c.var.requestId,
    }),
  );
};
