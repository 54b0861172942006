/** What an imported model is for: preprocessing, task and labels, from flags and from the shape of its input. */
import { EngineError } from '../../engine/errors.ts';
import type { Graph, GraphInput } from '../../engine/graph.ts';
import { onlyInput, pictureInput } from '../../engine/image/picture-input.ts';
import { channelCount } from '../../engine/image/preprocess.ts';
import { parseJson } from '../../engine/json.ts';
import { type Model, parseDocument, toDocument } from '../../engine/model-file.ts';
import { proposeTask } from '../../engine/tasks/index.ts';
import { formatShape } from '../../engine/tensor.ts';
import { UsageError } from '../cli/verb.ts';

export interface CardFlags {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly inputShape?: readonly string[];
  readonly size?: readonly [number, number];
  readonly channels?: 'RGB' | 'BGR' | 'gray';
  readonly fit?: string;
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly task?: string;
}

/**
 * The imported model with its card: what the file brings of itself stays where no flag says otherwise. An input that is
 * taken for a picture, and whose layers do not say how (a network of dense layers alone), gets a layout by its shape.
 * @throws UsageError, EngineError where flags and graph do not fit each other
 */
export function withCard(model: Model, flags: CardFlags, labels: readonly string[] | undefined): Model {
  const picture = pictureOf(model, flags);
  const task = taskOf(model.graph, flags.task);
  const [input, ...others] = model.graph.inputs;
  const document = {
    ...toDocument(model),
    ...(picture?.layout && { inputs: [{ ...input, layout: picture.layout }, ...others] }),
    ...(picture && { preprocess: picture.preprocess }),
    ...(task !== undefined && { task }),
    ...(labels && { labels }),
    provenance: { ...model.card.provenance, command: commandOf(model.graph, flags) },
  };
  // Parsed as a file would be: defaults are filled in, and what does not fit is said.
  const { card, graph } = parseDocument(JSON.stringify(document));
  if (picture && card.preprocess) pictureInput(graph, card.preprocess);
  return { card, graph, tensors: model.tensors };
}

/** Made where any flag speaks of pictures, or a task was asked for and the input looks like one. */
function pictureOf({ graph, card }: Model, { size, channels, fit, scale, mean, std, task }: CardFlags) {
  const isAsked = [size, channels, fit, scale, mean, std].some((flag) => flag !== undefined);
  const image = imageOf(graph, channels);
  if (!isAsked && (task === undefined || card.preprocess || !image)) return undefined;
  const input = onlyInput(graph);
  const other = imageOf(graph, undefined);
  if (!image && other) {
    const what = `the input "${input.name}" ${formatShape(input.shape)} has ${other.channels}`;
    throw new EngineError('invalid-input', `--channels ${channels}: ${what}`);
  }
  if (!image && !(size && channels)) {
    const what = `the input "${input.name}" ${formatShape(input.shape)} is not one image`;
    throw new EngineError('invalid-input', `${what}: --size and --channels must be given`);
  }
  const order = channels ?? (image?.channels === 1 ? 'gray' : 'RGB');
  const each = (numbers: readonly number[] | undefined, flag: string) => {
    const count = channelCount(order);
    if (!numbers || numbers.length === count) return numbers;
    if (numbers.length === 1) return Array.from({ length: count }, () => numbers[0]);
    const expected = count === 1 ? '1 number' : `1 or ${count} numbers`;
    throw new UsageError(`${flag}: expected ${expected}, got ${numbers.length}`);
  };
  const preprocess = {
    size: size ?? [image?.width, image?.height],
    channels: order,
    ...(fit && { fit }),
    ...(scale !== undefined && { scale }),
    ...(mean && { mean: each(mean, '--mean') }),
    ...(std && { std: each(std, '--std') }),
  };
  return { preprocess, layout: image?.layout };
}

interface ImageInput {
  readonly layout: 'NCHW' | 'NHWC';
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/**
 * The only input as one picture of one or three channels (of as many as `channels` has, where that is given). Where its
 * layout is unknown, channels are looked for where ONNX has them, then behind.
 */
function imageOf(graph: Graph, channels: CardFlags['channels']): ImageInput | undefined {
  const [input, ...others] = graph.inputs;
  if (input?.shape.length !== 4 || input.shape[0] !== 1 || others.length > 0) return undefined;
  const { layout } = input;
  const [, second, third, fourth] = input.shape as [number, number, number, number];
  const readings: readonly ImageInput[] = [
    { layout: 'NCHW', channels: second, height: third, width: fourth },
    { layout: 'NHWC', height: second, width: third, channels: fourth },
  ];
  const wanted = channels ? [channelCount(channels)] : [1, 3];
  return readings.find((image) => (!layout || layout === image.layout) && wanted.some((n) => n === image.channels));
}

/** A kind alone means what the graph suggests. */
function taskOf(graph: Graph, task: string | undefined): unknown {
  if (task === undefined) return undefined;
  if (!task.trimStart().startsWith('{')) return asFlag('--task', () => proposeTask(task, graph));
  return asFlag('--task', () => parseJson(task));
}

/** A value that is wrong by itself is wrong usage. */
function asFlag<T>(flag: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EngineError) throw new UsageError(`${flag}: ${error.message}`);
    throw error;
  }
}

/** The canonical command: what was given, in a fixed order, and no paths. */
function commandOf(graph: Graph, flags: CardFlags): string {
  const { inputs, outputs, inputShape = [], size, channels, fit, scale, mean, std, task } = flags;
  const isShaped = ({ name }: GraphInput) =>
    inputShape.some((value) => value.startsWith(`${name}=`) || !value.includes('='));
  const shapes = graph.inputs.filter(isShaped).map(({ name, shape }) => `${name}=${shape.join()}`);
  const given: readonly (readonly [flag: string, value: unknown])[] = [
    ['inputs', inputs],
    ['outputs', outputs],
    ...shapes.map((shape) => ['input-shape', shape] as const),
    ['size', size],
    ['channels', channels],
    ['fit', fit],
    ['scale', scale],
    ['mean', mean],
    ['std', std],
    ['task', task],
  ];
  const words = given.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, quoted(String(value))]));
  return ['borde import', ...words].join(' ');
}

/** As a shell wants it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
