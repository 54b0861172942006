/**
 * What comes behind a network, in milliseconds of CPU time, best of interleaved rounds: suppression, decoding, and whole
 * answers of every task, on outputs with the shapes of real models (SSD MobileNet: 1,917 boxes of 90 classes and a
 * background; masks of 21 classes, and of one, for a photo of 12 megapixels).
 *   node bench/tasks/tasks.ts [PART OF A NAME] [--json]
 */

import { parseDocument } from '../../engine/model-file.ts';
import { Random } from '../../engine/random.ts';
import { Candidates } from '../../engine/tasks/candidates.ts';
import { definitionOf } from '../../engine/tasks/index.ts';
import { suppress } from '../../engine/tasks/nms.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { table } from '../../scripts/cli/table.ts';

const ROUNDS = 12;
/** Of one measurement: process.cpuUsage counts microseconds, but in ticks on some systems. */
const SAMPLE_US = 20_000;
const [BOXES, CLASSES] = [1917, 91];
const PHOTO = { width: 4000, height: 3000 };

const random = new Random(1);
const uniform = (length: number, lo: number, hi: number): Float32Array =>
  Float32Array.from({ length }, () => lo + (hi - lo) * random.float());

/** Logits of a detector: nearly all far below, a few boxes above a half. */
const logits = uniform(BOXES * CLASSES, -16, -4);
for (let i = 0; i < 40; i++) logits[random.below(logits.length)] = 4 * random.float() - 1;
const places = uniform(BOXES * 4, -1, 1);
const anchors = uniform(BOXES * 4, 0.1, 0.9);
const corners = Float64Array.from({ length: BOXES * 4 }, (_, i) => 300 * (anchors[i]! + (i % 4 < 2 ? 0 : 0.2)));

interface Asked {
  readonly task: object;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly size?: number;
  readonly source?: { readonly width: number; readonly height: number };
  readonly options?: object;
}

/** An answer from outputs, without a network in front. */
function answering({ task, outputs, size = 300, source = PHOTO, options = {} }: Asked): () => unknown {
  const each = Object.entries(outputs);
  const { card, graph } = parseDocument(
    JSON.stringify({
      format: 'borde/1',
      inputs: each.map(([name, { shape }]) => ({ name: `in-${name}`, shape })),
      nodes: each.map(([name]) => ({ id: name, kind: 'relu', inputs: [`in-${name}`] })),
      outputs: each.map(([name]) => ({ name, from: name })),
      preprocess: { size: [size, size] },
      task,
    }),
  );
  const known = card.task as NonNullable<typeof card.task>;
  const definition = definitionOf(known);
  const preprocess = card.preprocess as NonNullable<typeof card.preprocess>;
  const tensors = new Map([['anchors', { shape: [BOXES, 4], data: anchors }]]);
  const context = { labels: undefined, source, preprocess, graph, tensors };
  return () => definition.answer(known, outputs, context, { ...definition.defaults, ...options });
}

const candidatesOf = (least: number): Candidates => {
  const candidates = new Candidates({ classes: CLASSES, activation: 'sigmoid', least, perClass: true, background: 0 });
  for (let box = 0; box < BOXES; box++) candidates.offer(box, logits, box * CLASSES);
  return candidates;
};
const suppressing = (least: number, max: number): (() => unknown) => {
  const candidates = candidatesOf(least);
  return () => suppress(corners, candidates, { iou: 0.5, max, perClass: true });
};

const detector = {
  task: {
    kind: 'detect',
    boxes: 'b',
    scores: 's',
    background: 0,
    decode: { kind: 'ssd', anchors: 'anchors', variances: [0.1, 0.1, 0.2, 0.2], order: 'yxhw' },
  },
  outputs: {
    b: { shape: [1, BOXES, 4], data: places },
    s: { shape: [1, BOXES, CLASSES], data: logits },
  },
};

/** Fields of classes with round borders, as a network's logits have them: smooth, and noisy where two meet. */
function blobs(side: number, classes: number, noise: number): Tensor {
  const centres = uniform(classes * 2, 0, side);
  const data = Float32Array.from({ length: side * side * classes }, (_, i) => {
    const [c, x, y] = [i % classes, Math.floor(i / classes) % side, Math.floor(i / (classes * side))];
    const away = Math.hypot(x - centres[2 * c]!, y - centres[2 * c + 1]!) / side;
    return 10 * (0.3 - away) + noise * (random.float() - 0.5);
  });
  return { shape: [1, side, side, classes], data };
}
const segmenter = (side: number, classes: number, noise: number, activation: string): (() => unknown) =>
  answering({
    task: { kind: 'segment', output: 'm', activation },
    outputs: { m: blobs(side, classes, noise) },
    size: side,
  });
const vector = (length: number): Tensor => ({ shape: [1, length], data: uniform(length, 0, 1) });

const works: Readonly<Record<string, () => unknown>> = {
  'suppress, score ≥ 0.5': suppressing(0.5, 100),
  'suppress, score ≥ 1e-6': suppressing(1e-6, 100),
  'suppress, all 172,530, 5 stay': suppressing(0, 5),
  'suppress, all 172,530, 100 stay': suppressing(0, 100),
  'candidates, score ≥ 0.5': () => candidatesOf(0.5),
  'candidates, all': () => candidatesOf(0),
  'detect, threshold 0.5': answering(detector),
  'detect, threshold 0': answering({ ...detector, options: { threshold: 0 } }),
  'segment, 21 classes of 65×65': segmenter(65, 21, 0, 'softmax'),
  'segment, 21 classes of 257×257, noisy': segmenter(257, 21, 2, 'softmax'),
  'segment, 1 class of 256×256': segmenter(256, 1, 0, 'sigmoid'),
  'classify, 1,000 classes': answering({
    task: { kind: 'classify', output: 'c', activation: 'given' },
    outputs: { c: vector(1000) },
  }),
  'localize, 1,000 classes': answering({
    task: { kind: 'localize', box: 'b', scores: 's' },
    outputs: { b: { shape: [1, 4], data: Float32Array.of(0.1, 0.1, 0.9, 0.9) }, s: vector(1000) },
  }),
  'embed, 1,024 numbers': answering({ task: { kind: 'embed', output: 'e' }, outputs: { e: vector(1024) } }),
};

/** Milliseconds of CPU time a call. */
function measure(work: () => unknown): number {
  let calls = 0;
  const start = process.cpuUsage();
  for (;;) {
    work();
    calls++;
    const { user, system } = process.cpuUsage(start);
    if (user + system >= SAMPLE_US) return (user + system) / calls / 1000;
  }
}

const part = process.argv.slice(2).find((flag) => !flag.startsWith('--')) ?? '';
const chosen = Object.entries(works).filter(([name]) => name.includes(part));
const best = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, work] of chosen)
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, measure(work)));
}
if (process.argv.includes('--json')) console.log(JSON.stringify(Object.fromEntries(best)));
else
  console.log(
    table(
      ['work', 'ms'],
      [...best].map(([name, ms]) => [name, Number(ms.toPrecision(3))]),
    ),
  );
