/** The OpenAPI 3.1 document, made of the routes that there are and of what they say about themselves. */
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { type Bodies, type BodySchema, descriptionOf, type RouteDescription } from './describe-route.ts';
import { type ProblemCode, problems } from './problem.ts';
import { version } from './version.ts';

/** As Hono lists them: a line for every handler of a route. */
interface RegisteredRoute {
  readonly method: string;
  readonly path: string;
  readonly handler: object;
}

export interface DescribedRoute {
  readonly method: string;
  /** `/v1/models/{model}`. */
  readonly path: string;
  readonly description: RouteDescription;
}

/** Every route that has a description, in the order in which routes are registered. */
export function describedRoutes(routes: readonly RegisteredRoute[]): DescribedRoute[] {
  return routes.flatMap(({ method, path, handler }) => {
    const description = descriptionOf(handler);
    return description ? [{ method, path: path.replace(/:(\w+)/g, '{$1}'), description }] : [];
  });
}

const problemSchema = v.object({
  type: v.pipe(v.string(), v.description('Where this code is explained: /docs#CODE')),
  title: v.string(),
  status: v.number(),
  detail: v.pipe(v.string(), v.description('What is wrong, where, what was expected and what was found')),
  code: v.picklist(Object.keys(problems) as ProblemCode[]),
  path: v.optional(v.pipe(v.string(), v.description('Where in a JSON document, from its root: $.parameters.top_k'))),
});

const protocolErrorSchema = v.object({ error: v.string() });

/** What every route may answer. */
const everywhere: readonly ProblemCode[] = ['method-not-allowed', 'unavailable'];

/** The document; the same routes give the same one. */
export function openApiDocument(routes: readonly RegisteredRoute[]) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, description } of describedRoutes(routes)) {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(path, description) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'borde',
      version,
      summary: 'Convolutional networks on the network edge',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema), ProtocolError: schemaOf(protocolErrorSchema) },
    },
  };
}

function operation(path: string, description: RouteDescription) {
  const { summary, details, tag, query, request, response, errors = [] } = description;
  return {
    tags: [tag],
    summary,
    ...(details === undefined ? {} : { description: details }),
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(request ? { requestBody: { required: true, content: contentOf(request) } } : {}),
    responses: {
      200: { description: 'The answer', content: contentOf(response) },
      ...errorResponses([...errors, ...everywhere], path.startsWith('/v2')),
    },
  };
}

const pathParameters = (path: string) =>
  Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

function queryParameters(query: RouteDescription['query']) {
  return Object.entries(query?.entries ?? {}).map(([name, entry]) => {
    const { description, ...schema } = schemaOf(entry as v.GenericSchema);
    return { name, in: 'query', required: false, ...(description ? { description } : {}), schema };
  });
}

/** One response a status, which lists the codes that have it. */
function errorResponses(codes: readonly ProblemCode[], isProtocol: boolean) {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = problems[code];
    const shown = isProtocol && (status === 415 || status === 422) ? 400 : status;
    byStatus.set(shown, [...(byStatus.get(shown) ?? []), code]);
  }
  const content = isProtocol
    ? { 'application/json': { schema: { $ref: '#/components/schemas/ProtocolError' } } }
    : { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => {
      const description = list.map((code) => `${code}: ${problems[code].title}`).join('; ');
      return [status, { description, content }];
    }),
  );
}

const contentOf = (bodies: Bodies) =>
  Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema: schemaOf(schema) }]));

function schemaOf(schema: BodySchema): JsonSchema {
  if (!('kind' in schema)) return schema as JsonSchema;
  const { $schema: _, ...json } = toJsonSchema(schema, {
    errorMode: 'ignore',
    typeMode: 'input',
    // The only custom check there is: a list too long to be looked through item by item.
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? { type: 'array' } : undefined),
  });
  return json;
}
