/**
 * A pipeline and a picture's name → the steps that this picture takes, every number drawn: the only place where chance
 * comes in. The steps can be written down as a document that replays them.
 */
import { EngineError } from '../errors.ts';
import { jsonPath } from '../json.ts';
import type { Random } from '../random.ts';
import { drawOptions, isApplied } from './draw-node.ts';
import { type AugmentationType, augmentationOf } from './operations/index.ts';
import type { Size } from './options.ts';
import { type OperationNode, PIPELINE_FORMAT, type Pipeline, type PipelineNode } from './pipeline.ts';
import type { Path } from './pipeline-error.ts';
import { nodeRandom, pictureRandom, randomOf, type Sample, type StreamName } from './stream.ts';
import { writeTargets } from './targets.ts';

/** Which picture is made. */
export interface PictureName {
  /** Default: the pipeline's. */
  readonly seed?: number;
  /** In training the epoch, elsewhere the number of the variant. Default 0. */
  readonly epoch?: number;
  readonly sample: Sample;
}

export interface Step {
  readonly type: AugmentationType;
  readonly id?: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The picture as it comes to the step. */
  readonly size: Size;
  /** Only where the operation draws for each pixel. */
  readonly stream?: StreamName;
}

/** @throws EngineError where an option does not fit the size of the picture (`invalid-pipeline`), or a canvas is too large (`limit-exceeded`) */
export function resolve(
  pipeline: Pipeline,
  size: Size,
  { seed = pipeline.seed, epoch = 0, sample }: PictureName,
): readonly Step[] {
  const resolver = new Resolver(pictureRandom(seed, epoch, sample), [seed, epoch, sample], size);
  resolver.visit(pipeline.root);
  return resolver.steps;
}

class Resolver {
  readonly steps: Step[] = [];
  readonly #picture: Random;
  readonly #name: readonly [number, number, Sample];
  #size: Size;

  constructor(picture: Random, name: readonly [number, number, Sample], size: Size) {
    this.#picture = picture;
    this.#name = name;
    this.#size = size;
  }

  visit(node: PipelineNode): void {
    // Every node has a generator of its own, so no choice moves the numbers of another.
    const random = nodeRandom(this.#picture, node.name);
    if (!isApplied(node, random)) return;
    switch (node.type) {
      case 'compose':
        for (const child of node.children) this.visit(child);
        return;
      case 'oneOf':
        this.visit(node.children[weighted(node.weights, random)] as PipelineNode);
        return;
      case 'someOf': {
        const n = node.n(random, this.#size);
        const chosen = [...random.shuffle(node.children.length).subarray(0, n)];
        if (node.order === 'given') chosen.sort((a, b) => a - b);
        for (const index of chosen) this.visit(node.children[index] as PipelineNode);
        return;
      }
      default:
        this.#operation(node, random);
    }
  }

  #operation(node: OperationNode, random: Random): void {
    const operation = augmentationOf(node.type);
    const size = this.#size;
    const drawn = drawOptions(node, random, size);
    const params = operation.settle?.(drawn, random, size, node.path) ?? drawn;
    if (operation.matrix) {
      const { width, height } = operation.matrix(params, size);
      checkCanvas({ width, height }, size, node.path);
      this.#size = { width, height };
    }
    this.steps.push({
      type: node.type,
      ...(node.id === undefined ? {} : { id: node.id }),
      params,
      size,
      ...(operation.draws ? { stream: node.stream ?? [...this.#name, node.name] } : {}),
    });
  }
}

/** Side of the largest canvas, pixels. */
const MAX_SIDE = 16_384;

function checkCanvas(canvas: Size, before: Size, path: Path): void {
  const isTooLong = (side: 'width' | 'height') => canvas[side] > MAX_SIDE && canvas[side] > before[side];
  if (!isTooLong('width') && !isTooLong('height')) return;
  const text = jsonPath(path);
  throw new EngineError(
    'limit-exceeded',
    `${text}: the picture would have ${canvas.width}×${canvas.height} pixels, at most ${MAX_SIDE} a side are allowed`,
    text,
  );
}

function weighted(weights: readonly number[], random: Random): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random.float() * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] as number;
    if (left < 0) return i;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

/** The generator of a step that draws for each pixel. */
export function stepRandom({ stream }: Step): Random | undefined {
  return stream && randomOf(stream);
}

/** The steps as a document of their own, constants only: it gives the same bytes, whatever seed or variant is asked. */
export function resolvedDocument(pipeline: Pipeline, steps: readonly Step[]): Record<string, unknown> {
  const targets = writeTargets(pipeline.targets);
  return {
    format: PIPELINE_FORMAT,
    ...(targets ? { targets } : {}),
    pipeline: { type: 'compose', children: steps.map(resolvedNode) },
  };
}

function resolvedNode({ type, id, params, stream }: Step): Record<string, unknown> {
  const { options } = augmentationOf(type);
  const written = Object.entries(options)
    .filter(([key]) => params[key] !== undefined)
    .map(([key, option]) => [key, option.write(params[key])]);
  return { ...(id === undefined ? {} : { id }), type, ...Object.fromEntries(written), ...(stream ? { stream } : {}) };
}
