/** An infer request against a model: checked, cut into samples, run, put together again. */
import { EngineError } from '../../engine/errors.ts';
import { excerpt, parseWith } from '../../engine/json.ts';
import type { Session } from '../../engine/session.ts';
import { elementCount, type Tensor } from '../../engine/tensor.ts';
import type { ModelDescription } from '../model-description.ts';
import type { Limits } from '../settings.ts';
import { classificationOutput } from './classification.ts';
import { inferRequestSchema, type RequestOutput, type ResponseOutput } from './schema.ts';
import { readInputs, writeOutput } from './tensors.ts';

export interface InferResponse {
  readonly model_name: string;
  readonly model_version: string;
  readonly id?: string;
  readonly outputs: readonly ResponseOutput[];
}

/**
 * Answers a parsed JSON body.
 * @param run hands over the model's session, to which the samples are given at one go
 * @throws EngineError `invalid-input`, `limit-exceeded`
 */
export async function infer(
  model: ModelDescription,
  body: unknown,
  limits: Pick<Limits, 'macs'>,
  run: <T>(work: (session: Session) => T) => Promise<T>,
): Promise<InferResponse> {
  const request = parseWith(inferRequestSchema, body, 'invalid-input');
  const asked = chosenOutputs(request.outputs, model);
  const inputs = readInputs(request.inputs, model.inputs);
  const batch = batchOf(inputs, model);
  if ((batch ?? 1) * model.macs > limits.macs) {
    const sentence = `${batch} samples take ${(batch ?? 1) * model.macs} multiply-adds, a request may take ${limits.macs}`;
    throw new EngineError('limit-exceeded', sentence);
  }
  const values = await run((session) => runSamples(session, inputs, batch, model));
  const { card } = model.header;
  return {
    model_name: model.name,
    model_version: model.version,
    ...(request.id === undefined ? {} : { id: request.id }),
    outputs: asked.map(({ name, parameters }) => {
      const value = values.get(name) as Tensor;
      const output = writeOutput(name, value);
      const classes = parameters?.classification ?? 0;
      const labels = card.task?.kind === 'classify' && card.task.output === name ? card.labels : undefined;
      return classes === 0 ? output : classificationOutput(name, value, classes, labels);
    }),
  };
}

/** In the order asked for; all of the model's where none is named. */
function chosenOutputs(
  outputs: readonly RequestOutput[] | undefined,
  model: ModelDescription,
): readonly RequestOutput[] {
  const known = model.outputs.map(({ name }) => name);
  if (!outputs || outputs.length === 0) return known.map((name) => ({ name }));
  outputs.forEach(({ name }, i) => {
    const path = `$.outputs[${i}].name`;
    if (!known.includes(name)) {
      const sentence = `${path}: there is no output ${excerpt(name)}, the model has ${known.join(', ')}`;
      throw new EngineError('invalid-input', sentence, path);
    }
    if (outputs.findIndex((other) => other.name === name) < i) {
      throw new EngineError('invalid-input', `${path}: the output "${name}" is asked for twice`, path);
    }
  });
  return outputs;
}

/** Samples of the request; undefined where the model has no free dimension. */
function batchOf(inputs: ReadonlyMap<string, Tensor>, model: ModelDescription): number | undefined {
  let batch: number | undefined;
  model.inputs.forEach(({ name, shape }) => {
    if (shape[0] !== -1) return;
    const samples = (inputs.get(name) as Tensor).shape[0] as number;
    if (batch !== undefined && samples !== batch) {
      throw new EngineError(
        'invalid-input',
        `$.inputs: "${name}" has ${samples} samples, another input ${batch}`,
        '$.inputs',
      );
    }
    batch = samples;
  });
  return batch;
}

/** N samples are N runs, so that each is answered bit for bit as alone. */
function runSamples(
  session: Session,
  inputs: ReadonlyMap<string, Tensor>,
  batch: number | undefined,
  { inputs: descriptions, outputs: expected }: ModelDescription,
): ReadonlyMap<string, Tensor> {
  const runs = Array.from({ length: batch ?? 1 }, (_, sample) =>
    session.run(
      Object.fromEntries(
        descriptions.map(({ name, shape }) => {
          const { data } = inputs.get(name) as Tensor;
          if (shape[0] !== -1) return [name, data];
          const length = elementCount(shape.slice(1));
          return [name, data.subarray(sample * length, (sample + 1) * length)];
        }),
      ),
    ),
  );
  return new Map(expected.map(({ name }) => [name, concatenate(runs.map((outputs) => outputs[name] as Tensor))]));
}

/** Along the first dimension. */
function concatenate(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor, ...Tensor[]];
  if (parts.length === 1) return first;
  const data = new Float32Array(first.data.length * parts.length);
  parts.forEach((part, i) => {
    data.set(part.data, i * first.data.length);
  });
  return { shape: [(first.shape[0] as number) * parts.length, ...first.shape.slice(1)], data };
}
