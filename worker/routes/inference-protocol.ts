/** The Open Inference Protocol v2 (KServe, Triton): health, metadata, infer. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import type { AppEnv } from '../bindings.ts';
import { withBody } from '../body.ts';
import { describeRoute, type RouteDescription } from '../describe-route.ts';
import { JSON_FACTOR, parseJsonBody } from '../json.ts';
import type { ModelDescription } from '../model-description.ts';
import { infer } from '../protocol/infer.ts';
import {
  inferRequestSchema,
  inferResponseSchema,
  modelMetadataSchema,
  serverMetadataSchema,
} from '../protocol/schema.ts';
import { version } from '../version.ts';

const tag = 'Open Inference Protocol';

const metadataRoute: RouteDescription = {
  summary: "A model's inputs and outputs",
  tag,
  response: { 'application/json': modelMetadataSchema },
  errors: ['not-found'],
};

const readyRoute: RouteDescription = {
  summary: 'Whether a model can answer',
  tag,
  response: { 'application/json': v.object({ name: v.string(), ready: v.boolean() }) },
  errors: ['not-found'],
};

const inferRoute: RouteDescription = {
  summary: 'Tensors in, tensors out',
  details:
    'N samples are answered each exactly as alone. Outputs come in the order asked for; with the parameter "classification" ' +
    'an output is the best classes, as Triton writes them.',
  tag,
  request: { 'application/json': inferRequestSchema },
  response: { 'application/json': inferResponseSchema },
  errors: [
    'bad-request',
    'invalid-json',
    'not-found',
    'limit-exceeded',
    'unsupported-encoding',
    'invalid-input',
    'busy',
  ],
};

const live = (key: 'live' | 'ready', summary: string): RouteDescription => ({
  summary,
  tag,
  response: { 'application/json': v.object({ [key]: v.boolean() }) },
});

const described = (c: Context<AppEnv>): Promise<ModelDescription> =>
  c.var.models.describe(c.req.param('model') ?? '', c.req.param('version'));

const metadata = async (c: Context<AppEnv>) => {
  const { name, versions, inputs, outputs } = await described(c);
  return c.json({ name, versions, platform: 'borde_safetensors', inputs, outputs });
};

const ready = async (c: Context<AppEnv>) => c.json({ name: (await described(c)).name, ready: true });

const answer = async (c: Context<AppEnv>) => {
  const { timing, settings, models } = c.var;
  const model = await described(c);
  return withBody(c, async (bytes, take) => {
    await take(JSON_FACTOR * bytes.length);
    const body = parseJsonBody(bytes, settings.limits);
    const need = { held: (1 + JSON_FACTOR) * bytes.length };
    const answer = await infer(model, body, settings.limits, (work) =>
      models.use('infer', model, need, (session) => timing.measure('run', () => work(session))),
    );
    return c.json(answer);
  });
};

export const inferenceProtocol = new Hono<AppEnv>()
  .get(
    '/v2',
    describeRoute({
      summary: 'Which server this is and what it speaks',
      tag,
      response: { 'application/json': serverMetadataSchema },
    }),
    (c) => c.json({ name: 'borde', version, extensions: ['classification'] }),
  )
  .get('/v2/health/live', describeRoute(live('live', 'Whether the worker runs')), (c) => c.json({ live: true }))
  .get('/v2/health/ready', describeRoute(live('ready', 'Whether every model can be read')), async (c) => {
    for (const name of await c.var.models.names()) await c.var.models.describe(name);
    return c.json({ ready: true });
  })
  .get('/v2/models/:model', describeRoute(metadataRoute), metadata)
  .get('/v2/models/:model/versions/:version', describeRoute(metadataRoute), metadata)
  .get('/v2/models/:model/ready', describeRoute(readyRoute), ready)
  .get('/v2/models/:model/versions/:version/ready', describeRoute(readyRoute), ready)
  .post('/v2/models/:model/infer', describeRoute(inferRoute), answer)
  .post('/v2/models/:model/versions/:version/infer', describeRoute(inferRoute), answer);
