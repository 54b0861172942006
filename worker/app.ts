/** The app: what every request gets (id, headers, log, errors), then the routes, a line each. */
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import type { Codecs } from '../engine/image/codec.ts';
import type { AppEnv } from './bindings.ts';
import type { KernelBuilds } from './engines.ts';
import { logRequests } from './log.ts';
import { MemoryBudget } from './memory.ts';
import type { ModelSources } from './model-source.ts';
import { ModelStore } from './model-store.ts';
import { HttpError, problemResponse } from './problem.ts';
import { documentation } from './routes/documentation.ts';
import { explain } from './routes/explain.ts';
import { inferenceProtocol } from './routes/inference-protocol.ts';
import { models as modelCards } from './routes/models.ts';
import { predict } from './routes/predict.ts';
import { ServerTiming } from './server-timing.ts';
import type { Settings } from './settings.ts';

export interface AppOptions {
  readonly kernels: KernelBuilds;
  readonly codecs: Codecs;
  readonly models: ModelSources;
  readonly settings: Settings;
}

/** Longest request id that is taken over from a client, characters. */
const REQUEST_ID_LENGTH = 100;

/** Everything that the worker serves over HTTP, as a function of what the platform gives. */
export function createApp({ kernels, codecs, models, settings }: AppOptions) {
  const memory = new MemoryBudget(settings.limits);
  const store = new ModelStore(models, kernels, memory, settings.limits);
  const shared = { codecs, settings, memory, models: store };
  const app = new Hono<AppEnv>();

  app.onError((error, c) => problemResponse(c, error));
  app.notFound((c) =>
    problemResponse(c, new HttpError('not-found', 'there is no route of this path; /docs lists them')),
  );

  app.use(requestId({ limitLength: REQUEST_ID_LENGTH, headerName: 'x-request-id' }));
  if (settings.log) app.use(logRequests);
  app.use(async (c, next) => {
    const timing = new ServerTiming();
    for (const [name, value] of Object.entries(shared)) c.set(name as keyof typeof shared, value as never);
    c.set('timing', timing);
    await next();
    c.header('x-request-id', c.var.requestId);
    c.header('x-content-type-options', 'nosniff');
    if (timing.header !== undefined) c.header('server-timing', timing.header);
  });
  if (settings.corsOrigins.length > 0) {
    const origin = settings.corsOrigins.includes('*') ? '*' : [...settings.corsOrigins];
    app.use(cors({ origin, exposeHeaders: ['x-request-id', 'server-timing'], maxAge: 3600 }));
  }
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const allow = methods.join(', ');
        const detail = `${c.req.method.slice(0, 20)} is not offered here, only ${allow}`;
        return problemResponse(c, new HttpError('method-not-allowed', detail, { allow }));
      },
    }),
  );

  return app
    .route('/', modelCards)
    .route('/', predict)
    .route('/', explain)
    .route('/', inferenceProtocol)
    .route(
      '/',
      documentation(() => app.routes),
    );
}

/** For typed clients: `hc<App>(url)` of hono/client. */
export type App = ReturnType<typeof createApp>;
