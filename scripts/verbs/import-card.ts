/** What an imported model is for: preprocessing, task and labels, from flags and from the shape of its input. */

import { channelCount } from '../../engine/image/preprocess.ts';
import { type Model, type ModelCard, parseDocument, toDocument } from '../../engine/model-file.ts';
import { formatShape } from '../../engine/tensor.ts';
import { UsageError } from '../cli/verb.ts';

export interface CardFlags {
  readonly size?: readonly [number, number];
  readonly channels?: 'RGB' | 'BGR' | 'gray';
  readonly fit?: string;
  readonly scale?: readonly number[];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly task?: string;
}

/**
 * The card of an imported model; what the file brings of itself stays where no flag says otherwise.
 * @throws UsageError, EngineError where flags and graph do not fit each other
 */
export function cardOf(model: Model, flags: CardFlags, labels: readonly string[] | undefined): ModelCard {
  const preprocess = preprocessOf(model, flags);
  const task = taskOf(model, flags.task);
  const document = {
    ...toDocument(model),
    ...(preprocess && { preprocess }),
    ...(task !== undefined && { task }),
    ...(labels && { labels }),
    provenance: { ...model.card.provenance, command: commandOf(flags) },
  };
  // Parsed as a file would be: defaults are filled in, and what does not fit is said.
  return parseDocument(JSON.stringify(document)).card;
}

/** Made where any flag speaks of pictures, or a task was asked for. */
function preprocessOf(model: Model, { size, channels, fit, scale, mean, std, task }: CardFlags) {
  const isAsked = [size, channels, fit, scale, mean, std].some((flag) => flag !== undefined);
  if (!isAsked && (task === undefined || model.card.preprocess)) return undefined;
  const image = imageOf(model);
  if (!image && !(size && channels)) {
    const { name, shape } = model.graph.inputs[0] as Model['graph']['inputs'][number];
    throw new UsageError(`the input "${name}" ${formatShape(shape)} is no image: --size and --channels must be given`);
  }
  const order = channels ?? (image?.channels === 1 ? 'gray' : 'RGB');
  const each = (numbers: readonly number[] | undefined, flag: string) => {
    const count = channelCount(order);
    if (!numbers || numbers.length === count) return numbers;
    if (numbers.length === 1) return Array.from({ length: count }, () => numbers[0]);
    throw new UsageError(`${flag}: expected 1 or ${count} numbers, got ${numbers.length}`);
  };
  if (scale && scale.length !== 1) throw new UsageError('--scale: expected one number');
  return {
    size: size ?? [image?.width, image?.height],
    channels: order,
    ...(fit && { fit }),
    ...(scale && { scale: scale[0] }),
    ...(mean && { mean: each(mean, '--mean') }),
    ...(std && { std: each(std, '--std') }),
  };
}

/** Sides of the first input, if it is one picture of one or three channels. */
function imageOf({ graph }: Model): { width: number; height: number; channels: number } | undefined {
  const [{ shape, layout } = { shape: [], layout: undefined }] = graph.inputs;
  if (shape.length !== 4) return undefined;
  const [height, width, channels] = (layout === 'NCHW' ? [shape[2], shape[3], shape[1]] : shape.slice(1)) as [
    number,
    number,
    number,
  ];
  return channels === 1 || channels === 3 ? { width, height, channels } : undefined;
}

/** `classify` alone means: of the only output, by softmax. */
function taskOf({ graph }: Model, task: string | undefined): unknown {
  if (task === undefined) return undefined;
  if (task.trimStart().startsWith('{')) {
    try {
      return JSON.parse(task) as unknown;
    } catch (error) {
      throw new UsageError(`--task: ${(error as Error).message}`);
    }
  }
  if (task !== 'classify') throw new UsageError(`--task ${task}: expected classify, or a task as JSON`);
  const [output, ...others] = graph.outputs;
  if (!output || others.length > 0) {
    const names = graph.outputs.map(({ name }) => name).join(', ');
    throw new UsageError(
      `--task classify: the model has the outputs ${names}; say which as '{"kind":"classify","output":"…"}'`,
    );
  }
  return { kind: 'classify', output: output.name };
}

/** The canonical command: no paths. */
function commandOf({ size, channels, fit, scale, mean, std, task }: CardFlags): string {
  const flags = { size, channels, fit, scale, mean, std, task };
  const given = Object.entries(flags).filter((entry) => entry[1] !== undefined);
  return ['borde import', ...given.map(([name, value]) => `--${name} ${value}`)].join(' ');
}
