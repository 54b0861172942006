/** A picture, or several, and a model's answer: the simple door. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { EngineError } from '../../engine/errors.ts';
import { type Codecs, readHeader } from '../../engine/image/codec.ts';
import type { Answer, AnswerOptions } from '../../engine/tasks/index.ts';
import type { Predictor } from '../../engine/tasks/predictor.ts';
import type { AppEnv } from '../bindings.ts';
import { describeRoute } from '../describe-route.ts';
import type { LoadedModel } from '../loaded-model.ts';
import { jsonRequestSchema, parametersSchema, withPictures } from '../request.ts';
import type { ServerTiming } from '../server-timing.ts';
import type { Limits } from '../settings.ts';

const picture = { type: 'string', format: 'binary' } as const;
const box = v.object({ xmin: v.number(), ymin: v.number(), xmax: v.number(), ymax: v.number() });
const located = v.object({ label: v.string(), score: v.number(), box });
const mask = v.pipe(v.string(), v.description('A gray PNG of 0 and 255 at the size of the picture, base64'));
const answers = [
  v.pipe(v.array(v.object({ label: v.string(), score: v.number() })), v.description('classify: falling scores, 0–1')),
  v.pipe(located, v.description('localize: in pixels of the upright picture')),
  v.pipe(v.array(located), v.description('detect: falling scores, in pixels of the upright picture')),
  v.pipe(v.array(v.object({ label: v.string(), score: v.number(), mask })), v.description('segment: a mask a class')),
  v.pipe(v.object({ embedding: v.array(v.number()) }), v.description('embed')),
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
    request: {
      'image/png': picture,
      'image/jpeg': picture,
      'multipart/form-data': v.object({
        image: v.pipe(v.array(v.string()), v.description('The files; the field may be repeated')),
        ...parametersSchema.entries,
      }),
      'application/json': jsonRequestSchema,
    },
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
    const model = models.open(c.req.param('model'));
    const answer = await withPictures(c, ({ pictures, isList, options }) => {
      checkCost(model, pictures.length, settings.limits);
      const answers = model.predict((predictor) =>
        answerEach(pictures, { predictor, codecs, timing, options, settings }),
      );
      return isList ? answers : answers[0];
    });
    return c.json(answer as Answer | Answer[]);
  },
);

function checkCost(model: LoadedModel, pictures: number, { macs }: Limits): void {
  if (pictures * model.macs <= macs) return;
  const sentence = `${pictures} pictures take ${pictures * model.macs} multiply-adds, a request may take ${macs}`;
  throw new EngineError('limit-exceeded', sentence);
}

interface Tools {
  readonly predictor: Predictor;
  readonly codecs: Codecs;
  readonly timing: ServerTiming;
  readonly options: Partial<AnswerOptions>;
  readonly settings: { readonly limits: Limits };
}

/** One after the other, so that only one picture's pixels are in memory; each is answered exactly as alone. */
function answerEach(pictures: readonly Uint8Array[], tools: Tools): Answer[] {
  const { predictor, codecs, timing, options } = tools;
  const { pixels: limit, image } = tools.settings.limits;
  let pixels = 0;
  return pictures.map((bytes, index) =>
    at(index, pictures.length, () => {
      const { width, height } = readHeader(bytes, image);
      pixels += width * height;
      if (index > 0 && pixels > limit) {
        throw new EngineError('limit-exceeded', `all pictures up to this one have ${pixels} pixels, at most ${limit}`);
      }
      const decoded = timing.measure('decode', () => codecs.decode(bytes));
      const input = timing.measure('preprocess', () => predictor.prepare(decoded));
      const outputs = timing.measure('run', () => predictor.run(input));
      return timing.measure('postprocess', () => predictor.answer(outputs, decoded, options));
    }),
  );
}

/** Says which of several pictures is at fault, as a path into the array that the answer would have been. */
function at<T>(index: number, count: number, work: () => T): T {
  if (count === 1) return work();
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `$[${index}]: ${error.message}`, `$[${index}]`);
  }
}
