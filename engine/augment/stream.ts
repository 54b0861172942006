/**
 * Where an augmentation's random numbers come from (AUGMENTATIONS.md §1): a generator for every node and picture, keyed
 * by what the user sees. So a picture depends neither on its place in a batch nor on order, thread or machine, and a node
 * with an `id` draws the same numbers wherever it stands.
 */
import { Random, streams } from '../random.ts';

/** Which picture: its index in a data set, or the SHA-256 of its bytes as 64 hex digits. */
export type Sample = number | string;

/** Everything that a node's numbers hang on; stands in resolved pipelines where a node draws for each pixel. */
export type StreamName = readonly [seed: number, epoch: number, sample: Sample, node: string];

const MAX_NAME = 1024;

/** A picture's generator, which `nodeRandom` takes apart by nodes. @throws RangeError for a seed that is no integer in 0…2^53−1 */
export function pictureRandom(seed: number, epoch: number, sample: Sample): Random {
  const random = new Random(seed, streams.augmentation, epoch);
  if (typeof sample === 'number') return random.stream(sample);
  const words = sample.match(/.{8}/g) ?? [];
  return words.reduce((keyed, word) => keyed.stream(Number.parseInt(word, 16)), random);
}

/** The generator of one node; `name` is its id, or its JSON path where it has none. */
export function nodeRandom(picture: Random, name: string): Random {
  const [first, second] = nameWords(name);
  return picture.stream(first).stream(second);
}

export function randomOf([seed, epoch, sample, node]: StreamName): Random {
  return nodeRandom(pictureRandom(seed, epoch, sample), node);
}

export function isStreamName(value: unknown): value is StreamName {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [seed, epoch, sample, node] = value as unknown[];
  const isCount = (number: unknown) => Number.isSafeInteger(number) && (number as number) >= 0;
  const isSample = isCount(sample) || (typeof sample === 'string' && /^[0-9a-f]{64}$/.test(sample));
  return isCount(seed) && isCount(epoch) && isSample && typeof node === 'string' && node.length <= MAX_NAME;
}

const known = new Map<string, readonly [number, number]>();

/** 64 bits of a name: its UTF-16 units absorbed one after the other. Remembered, since each costs a block. */
function nameWords(name: string): readonly [number, number] {
  const found = known.get(name);
  if (found) return found;
  let random = new Random(name.length);
  for (let i = 0; i < name.length; i++) random = random.stream(name.charCodeAt(i));
  const words = random.kernelKey();
  if (known.size >= MAX_NAME) known.clear();
  known.set(name, words);
  return words;
}
