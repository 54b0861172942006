/** Which pictures train, validate and test: pure functions of counts, classes and a seed, never of the disk's order. */
import { Random, streams } from '../../../engine/random.ts';

/**
 * Splits `length` training pictures: a seeded shuffle, of which the last `fraction` (rounded down, but at least one
 * picture where there are two) validates and the rest trains. Both come in the order of the shuffle.
 */
export function validationSplit(
  train: { readonly length: number },
  seed: number,
  fraction = 0.1,
): { train: Uint32Array; validation: Uint32Array } {
  const { length } = train;
  const order = new Random(seed, streams.validationSplit).shuffle(length);
  const held = length < 2 ? 0 : Math.max(1, Math.floor(length * fraction));
  return { train: order.subarray(0, length - held), validation: order.subarray(length - held) };
}

/** Of a data set without a test split, this part is cut off for testing: below ½, so that no class loses all pictures. */
export const testFraction = 0.2;

/**
 * Cuts a test split: of every class, `testFraction` of its pictures to the nearest integer, at least one, and never
 * all (a class of one picture only trains). Both index lists ascend.
 *
 * The draw has a fixed seed of its own: which pictures test is a fact of the data set, so that `evaluate` finds the
 * very pictures that no training has seen, whatever seed the training had.
 */
export function testSplit(classes: ArrayLike<number>): { train: Uint32Array; test: Uint32Array } {
  const order = new Random(0, streams.testSplit).shuffle(classes.length);
  const wanted = Array.from(countClasses(classes), (count) => {
    return count < 2 ? 0 : Math.max(1, Math.round(count * testFraction));
  });
  const test = order.filter((index) => wanted[classes[index]!]!-- > 0).sort();
  const isTest = new Uint8Array(classes.length);
  for (const index of test) isTest[index] = 1;
  return { train: order.filter((index) => isTest[index] === 0).sort(), test };
}

/**
 * A seeded shuffle whose every beginning holds the classes in about the proportions of the whole: the picture that a
 * shuffle puts at place r (0, 1 …) of the n of its class comes at (r + ½) / n; equals in the order of the shuffle.
 * `--limit N` takes the first N, so a smaller limit keeps a part of what a larger one keeps.
 */
export function stratifiedOrder(classes: ArrayLike<number>, seed: number): Uint32Array {
  const order = new Random(seed, streams.limit).shuffle(classes.length);
  const counts = countClasses(classes);
  const seen = new Uint32Array(counts.length);
  const place = new Float64Array(classes.length);
  const rank = new Uint32Array(classes.length);
  for (const [position, index] of order.entries()) {
    const label = classes[index]!;
    place[index] = (seen[label]!++ + 0.5) / counts[label]!;
    rank[index] = position;
  }
  return order.sort((a, b) => place[a]! - place[b]! || rank[a]! - rank[b]!);
}

/** How many pictures each class has, up to the highest class there is. */
export function countClasses(classes: ArrayLike<number>): Uint32Array {
  let highest = -1;
  for (let i = 0; i < classes.length; i++) highest = Math.max(highest, classes[i]!);
  const counts = new Uint32Array(highest + 1);
  for (let i = 0; i < classes.length; i++) counts[classes[i]!]!++;
  return counts;
}
