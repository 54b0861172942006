/** How pictures enter a model: in the layout that its input declares, as many at a time as it takes. */
import { EngineError } from '../errors.ts';
import type { Graph, GraphInput } from '../graph.ts';
import { formatShape } from '../tensor.ts';
import { channelCount, type Preprocess } from './preprocess.ts';

export interface PictureInput {
  readonly name: string;
  /** Pictures a run: 1, or any number. */
  readonly maxBatch: number;
  /** Preprocessed pixels [N,H,W,C] in the order of the input's axes; the same array where nothing moves. */
  arrange(pixels: Float32Array): Float32Array;
}

/**
 * The input that pictures go to: the model's only one.
 * @throws EngineError `invalid-input` where there are others, or what `preprocess` makes does not fit it
 */
export function pictureInput(graph: Graph, spec: Preprocess): PictureInput {
  const input = onlyInput(graph);
  const [width, height] = spec.size;
  const channels = channelCount(spec.channels);
  const isChannelsFirst = input.layout === 'NCHW';
  const sides = isChannelsFirst ? [channels, height, width] : [height, width, channels];
  const [batch, ...own] = input.shape;
  // Models of one vector a picture take the pixels as they come.
  const count = own.reduce((product, side) => product * side, 1);
  const fits = own.length === 3 ? own.join() === sides.join() : count === channels * height * width;
  if (!fits || (batch !== -1 && batch !== 1)) {
    const expected = `pictures are made as ${formatShape(sides)}`;
    throw new EngineError('invalid-input', `the input "${input.name}" is ${formatShape(input.shape)}, ${expected}`);
  }
  return {
    name: input.name,
    maxBatch: batch === -1 ? Number.POSITIVE_INFINITY : 1,
    arrange: isChannelsFirst && channels > 1 ? (pixels) => channelsFirst(pixels, height * width, channels) : (x) => x,
  };
}

/** @throws EngineError `invalid-input` where there is none, or several */
export function onlyInput(graph: Graph): GraphInput {
  const [input, ...others] = graph.inputs;
  if (input && others.length === 0) return input;
  const names = graph.inputs.map(({ name }) => name).join(', ') || 'none';
  throw new EngineError('invalid-input', `a picture goes to a model of one input, the inputs are: ${names}`);
}

/** [N,P,C] → [N,C,P]. */
function channelsFirst(pixels: Float32Array, count: number, channels: number): Float32Array {
  const result = new Float32Array(pixels.length);
  for (let start = 0; start < pixels.length; start += count * channels) {
    for (let channel = 0; channel < channels; channel++) {
      const target = start + channel * count;
      for (let i = 0; i < count; i++) result[target + i] = pixels[start + i * channels + channel] as number;
    }
  }
  return result;
}
