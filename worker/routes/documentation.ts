/** The worker's own documentation, for machines and for people. */
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import * as v from 'valibot';
import type { AppEnv } from '../bindings.ts';
import { describeRoute } from '../describe-route.ts';
import { docsPage, docsPolicy } from '../docs.ts';
import { describedRoutes, openApiDocument } from '../openapi.ts';

/** @param routes all routes of the app, which are known only once every one is registered */
export const documentation = (routes: () => Parameters<typeof openApiDocument>[0]) =>
  new Hono<AppEnv>()
    .get(
      '/openapi.json',
      describeRoute({
        summary: 'All routes, as an OpenAPI 3.1 document',
        tag: 'Documentation',
        response: { 'application/json': v.looseObject({ openapi: v.string() }) },
      }),
      etag(),
      (c) => c.json(openApiDocument(routes())),
    )
    .get(
      '/docs',
      describeRoute({
        summary: 'All routes and error codes, as a page',
        tag: 'Documentation',
        response: { 'text/html': { type: 'string' } },
      }),
      etag(),
      async (c) => {
        c.header('content-security-policy', await docsPolicy());
        return c.html(docsPage(describedRoutes(routes())));
      },
    );
