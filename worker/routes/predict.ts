/** A picture, or several, and a model's answer: the simple door. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { EngineError } from '../../engine/errors.ts';
import type { Codecs } from '../../engine/image/codec.ts';
import type { Answer, AnswerOptions } from '../../engine/tasks/index.ts';
import type { Predictor } from '../../engine/tasks/predictor.ts';
import type { AppEnv } from '../bindings.ts';
import { describeRoute } from '../describe-route.ts';
import type { ModelDescription } from '../model-description.ts';
import { atPicture, costOf } from '../pictures.ts';
import { pictureBodies, withPictures } from '../request.ts';
import type { ServerTiming } from '../server-timing.ts';
import type { Limits } from '../settings.ts';

const parametersSchema = v.strictObject({
  top_k: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.description('At most so many entries'))),
  threshold: v.optional(
    v.pipe(v.number(), v.minValue(0), v.maxValue(1), v.description('Entries of a lower score are left out')),
  ),
});

const box = v.strictObject({ xmin: v.number(), ymin: v.number(), xmax: v.number(), ymax: v.number() });
const located = v.strictObject({ label: v.string(), score: v.number(), box });
const mask = v.pipe(v.string(), v.description('A gray PNG of 0 and 255 at the size of the picture, base64'));
const answers = [
  v.pipe(
    v.array(v.strictObject({ label: v.string(), score: v.number() })),
    v.description('classify: falling scores, 0–1'),
  ),
  v.pipe(located, v.description('localize: in pixels of the upright picture')),
  v.pipe(v.array(located), v.description('detect: falling scores, in pixels of the upright picture')),
  v.pipe(
    v.array(v.strictObject({ label: v.string(), score: v.number(), mask })),
    v.description('segment: a mask a class'),
  ),
  v.pipe(v.strictObject({ embedding: v.array(v.number()) }), v.description('embed')),
];

export const predict = new Hono<AppEnv>().post(
  '/v1/models/:model/predict',
  describeRoute({
    summary: 'What a model says about a picture',
    details:
      'PNG or JPEG, as bytes, as multipart with one or several fields "image", or as base64 in JSON. top_k (default 5) and ' +
      'threshold come in the query, as fields or in "parameters". One picture gets the bare answer, several get an array.',
    tag: 'Models',
    query: parametersSchema,
    request: pictureBodies(parametersSchema),
    response: {
      'application/json': v.union([
        ...answers,
        v.pipe(v.array(v.union(answers)), v.description('several pictures: an answer each, in their order')),
      ]),
    },
    errors: [
      'bad-request',
      'invalid-json',
      'not-found',
      'limit-exceeded',
      'unsupported-image',
      'unsupported-encoding',
      'invalid-input',
      'invalid-image',
      'busy',
    ],
  }),
  async (c) => {
    const { models, codecs, timing, settings } = c.var;
    const model = await models.describe(c.req.param('model'));
    const answer = await withPictures(c, parametersSchema, async ({ pictures, isList, parameters, held }) => {
      checkCost(model, pictures.length, settings.limits);
      const { decoding, pixels } = costOf(pictures, settings.limits);
      const need = { held, before: decoding, during: pixels };
      const answers = await models.use('predict', model, need, (predictor) =>
        answerEach(pictures, { predictor, codecs, timing, options: optionsOf(parameters) }),
      );
      return isList ? answers : answers[0];
    });
    return c.json(answer as Answer | Answer[]);
  },
);

const optionsOf = ({ top_k, threshold }: v.InferOutput<typeof parametersSchema>): Partial<AnswerOptions> => ({
  ...(top_k === undefined ? {} : { topK: top_k }),
  ...(threshold === undefined ? {} : { threshold }),
});

function checkCost(model: ModelDescription, pictures: number, { macs }: Limits): void {
  if (pictures * model.macs <= macs) return;
  const sentence = `${pictures} pictures take ${pictures * model.macs} multiply-adds, a request may take ${macs}`;
  throw new EngineError('limit-exceeded', sentence);
}

interface Tools {
  readonly predictor: Predictor;
  readonly codecs: Codecs;
  readonly timing: ServerTiming;
  readonly options: Partial<AnswerOptions>;
}

/** One after the other, so that only one picture's pixels are in memory; each is answered exactly as alone. */
const answerEach = (pictures: readonly Uint8Array[], { predictor, codecs, timing, options }: Tools): Answer[] =>
  pictures.map((bytes, index) =>
    atPicture(index, pictures.length, () => {
      const decoded = timing.measure('decode', () => codecs.decode(bytes));
      const input = timing.measure('preprocess', () => predictor.prepare(decoded));
      const outputs = timing.measure('run', () => predictor.run(input));
      return timing.measure('postprocess', () => predictor.answer(outputs, decoded, options));
    }),
  );
