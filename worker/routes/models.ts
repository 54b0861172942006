/** Which models there are, and what each says about itself. */
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import * as v from 'valibot';
import type { AppEnv } from '../bindings.ts';
import { cardOf, cardSchema } from '../card.ts';
import { describeRoute } from '../describe-route.ts';

export const models = new Hono<AppEnv>()
  .get(
    '/v1/models',
    describeRoute({
      summary: 'The cards of all models',
      tag: 'Models',
      response: { 'application/json': v.object({ models: v.array(cardSchema) }) },
    }),
    etag(),
    async (c) => {
      const store = c.var.models;
      const descriptions = await Promise.all((await store.names()).map((name) => store.describe(name)));
      return c.json({ models: descriptions.map(cardOf) });
    },
  )
  .get(
    '/v1/models/:model',
    describeRoute({
      summary: 'The card of a model: input, labels, layers, size, where it comes from',
      tag: 'Models',
      response: { 'application/json': cardSchema },
      errors: ['not-found'],
    }),
    etag(),
    async (c) => c.json(cardOf(await c.var.models.describe(c.req.param('model')))),
  );
