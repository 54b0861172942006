/** Why a model says what it says, and what its layers hold: as JSON, or drawn. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { drawChannels } from '../../engine/drawing/channel-sheet.ts';
import { drawHeatMap } from '../../engine/drawing/heat-map.ts';
import { EngineError } from '../../engine/errors.ts';
import { inferShapes } from '../../engine/graph.ts';
import { encodePng } from '../../engine/image/codec.ts';
import type { Image } from '../../engine/image/image.ts';
import type { Preprocess } from '../../engine/image/preprocess.ts';
import { elementCount } from '../../engine/tensor.ts';
import type { AppEnv } from '../bindings.ts';
import { describeRoute } from '../describe-route.ts';
import type { EngineKind, Engines } from '../engines.ts';
import type { ModelDescription } from '../model-description.ts';
import { negotiate } from '../negotiate.ts';
import { costOf, type PictureCost } from '../pictures.ts';
import type { ProblemCode } from '../problem.ts';
import { type ParametersSchema, type PictureRequest, pictureBodies, withPictures } from '../request.ts';

const JSON_TYPE = 'application/json';
const PNG_TYPE = 'image/png';

/** Bytes that drawing and encoding take for each pixel drawn: RGB, its filtered rows, and what deflate makes of them twice. */
const DRAWING_BYTES = 15;
/** Bytes that a number takes on its way to JSON: in an array, in the text, and in the text's bytes. */
const JSON_NUMBER_BYTES = 48;
/** Pixels of the largest sheet of channels, and of one that is drawn larger than its values are many. */
const MAX_SHEET = 2048 ** 2;
const SMALL_SHEET = 1024 ** 2;

const numbers = (what: string) => v.pipe(v.array(v.number()), v.description(what));

const explainSchema = v.strictObject({
  class: v.optional(
    v.pipe(v.union([v.string(), v.number()]), v.description('A label or an index; default: the best class')),
  ),
  layer: v.optional(v.pipe(v.string(), v.description('A node of the model; default: the last convolution'))),
});

const activationsSchema = v.strictObject({
  layer: v.pipe(v.string(), v.description('A node of the model (see its card)')),
});

const explanationSchema = v.object({
  class: v.pipe(v.number(), v.description('Its index')),
  label: v.string(),
  score: v.number(),
  layer: v.string(),
  shape: numbers('Rows and columns of the map, which covers the input of the model'),
  data: numbers('0–1, row by row: how much each place speaks for the class'),
});

const mapsSchema = v.object({
  layer: v.string(),
  kind: v.string(),
  shape: numbers('Rows, columns, channels'),
  data: numbers('Row by row, place by place, channel by channel'),
});

const errors: readonly ProblemCode[] = [
  'bad-request',
  'invalid-json',
  'not-found',
  'unknown-layer',
  'not-acceptable',
  'limit-exceeded',
  'unsupported-image',
  'unsupported-encoding',
  'invalid-input',
  'invalid-image',
  'busy',
];

const picture = { type: 'string', format: 'binary' } as const;

export const explain = new Hono<AppEnv>()
  .post(
    '/v1/models/:model/explain',
    describeRoute({
      summary: 'Which places of a picture speak for a class (Grad-CAM)',
      details: 'JSON, or as image/png the map over the picture. One PNG or JPEG, sent as for predict.',
      tag: 'Models',
      query: explainSchema,
      request: pictureBodies(explainSchema),
      response: { [JSON_TYPE]: explanationSchema, [PNG_TYPE]: picture },
      errors: [...errors, 'no-gradient'],
    }),
    (c) =>
      answer(c, 'explain', explainSchema, (model, isPicture) => ({
        bytes: ({ area }) => (isPicture ? DRAWING_BYTES * area : 0),
        work: (explainer, image, options) => explainer.explain(image, options),
        draw: (explanation, image) => drawHeatMap(image, explanation, model.header.card.preprocess as Preprocess),
      })),
  )
  .post(
    '/v1/models/:model/activations',
    describeRoute({
      summary: 'The value of a layer, before anything is fused',
      details: 'JSON, or as image/png a sheet of its channels, each from its least to its largest value.',
      tag: 'Models',
      query: activationsSchema,
      request: pictureBodies(activationsSchema),
      response: { [JSON_TYPE]: mapsSchema, [PNG_TYPE]: picture },
      errors,
    }),
    (c) =>
      answer(c, 'activations', activationsSchema, (model, isPicture) => ({
        bytes: (_, { layer }) => {
          const values = valuesIn(model, layer);
          if (!isPicture) return JSON_NUMBER_BYTES * values;
          return DRAWING_BYTES * Math.max(SMALL_SHEET, Math.min(MAX_SHEET, 2 * values));
        },
        work: (activations, image, { layer }) => activations(image, layer),
        draw: drawChannels,
      })),
  );

/** A question about one picture whose answer can be drawn. */
interface Question<Kind extends EngineKind, Parameters, Result> {
  /** Bytes of memory that the answer takes on its way out. */
  bytes(cost: PictureCost, parameters: Parameters): number;
  work(engine: Engines[Kind], image: Image, parameters: Parameters): Result;
  draw(result: Result, image: Image): Image;
}

async function answer<
  Kind extends EngineKind,
  Schema extends ParametersSchema,
  Result extends { readonly data: Float32Array },
>(
  c: Context<AppEnv>,
  kind: Kind,
  schema: Schema,
  ask: (model: ModelDescription, isPicture: boolean) => Question<Kind, v.InferOutput<Schema>, Result>,
): Promise<Response> {
  const { models, codecs, timing, settings } = c.var;
  const isPicture = negotiate(c, [JSON_TYPE, PNG_TYPE]) === PNG_TYPE;
  const model = await models.describe(c.req.param('model') ?? '');
  const question = ask(model, isPicture);
  const body = await withPictures(c, schema, async (request) => {
    const bytes = onlyPicture(request);
    const { parameters, held } = request;
    const cost = costOf([bytes], settings.limits);
    const need = { held, before: cost.decoding, during: cost.pixels, after: question.bytes(cost, parameters) };
    return models.use(kind, model, need, (engine) => {
      const image = timing.measure('decode', () => codecs.decode(bytes));
      const result = timing.measure('run', () => question.work(engine, image, parameters));
      return timing.measure('encode', () => {
        if (isPicture) return encodePng(question.draw(result, image)) as Uint8Array<ArrayBuffer>;
        return JSON.stringify({ ...result, data: Array.from(result.data) });
      });
    });
  });
  return c.body(body, 200, { 'content-type': isPicture ? PNG_TYPE : JSON_TYPE });
}

function onlyPicture({ pictures }: PictureRequest<unknown>): Uint8Array {
  const [bytes, second] = pictures;
  if (second) throw new EngineError('invalid-input', `expected one picture, got ${pictures.length}`);
  return bytes as Uint8Array;
}

/** Elements of a layer's value; 0 where there is no such layer, which the engine says. */
function valuesIn({ header: { graph } }: ModelDescription, layer: string): number {
  const isThere = graph.nodes.some(({ id }) => id === layer);
  return isThere ? elementCount(inferShapes(graph, 1).of(layer)) : 0;
}
