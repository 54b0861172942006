/**
 * What the networks of the comparison are written with: nodes of the engine's graph, each with the gain of its weights.
 * Seeded weights stand in for trained ones: how long a network takes does not depend on them, as long as numbers stay
 * normal (a denormal or an infinity costs ten times as much).
 */
import { Builder } from '../../../engine/architectures/architecture.ts';
import { buildGraph, inferShapes, weightsOf } from '../../../engine/graph.ts';
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { Model } from '../../../engine/model-file.ts';
import { Random } from '../../../engine/random.ts';
import { elementCount, type Shape } from '../../../engine/tensor.ts';

/** Behind a rectifier half of the signal's energy is left: weights of twice the variance bring it back (He et al. 2015). */
const RECTIFIED = 2;
/** Biases are small, but not 0: one that is left out shows in the outputs. */
const BIAS = 0.1;

export interface ConvolutionOptions {
  readonly stride?: number;
  /** The value that is read; the last one unless given. */
  readonly from?: string;
  /** Energy of the output for each unit at the input: 2 behind a rectifier (default), 1 behind a linear layer. */
  readonly gain?: number;
  /** The kind of node that follows. */
  readonly activation?: LayerKind;
  /** Zeros at every side; half the window unless given, so that stride 1 keeps the sides. */
  readonly padding?: number;
}

export class NetworkBuilder {
  private readonly nodes = new Builder();
  private readonly gains = new Map<string, number>();

  get last(): string {
    return this.nodes.last;
  }

  add(id: string, kind: LayerKind, attributes: Record<string, unknown> = {}, inputs?: readonly string[]): string {
    return this.nodes.add(id, kind, attributes, inputs);
  }

  /** A convolution with bias (batch norm is taken to be folded in) and its activation. */
  convolution(id: string, filters: number, size: number, options: ConvolutionOptions = {}): string {
    return this.window(id, 'conv2d', { filters, size }, size, options);
  }

  depthwise(id: string, size: number, options: ConvolutionOptions = {}): string {
    return this.window(id, 'depthwiseConv2d', { size }, size, options);
  }

  dense(id: string, units: number, gain = RECTIFIED): string {
    this.gains.set(id, gain);
    return this.add(id, 'dense', { units });
  }

  private window(
    id: string,
    kind: LayerKind,
    attributes: Record<string, unknown>,
    size: number,
    { stride = 1, from = this.last, gain = RECTIFIED, activation, padding = size >> 1 }: ConvolutionOptions,
  ): string {
    this.gains.set(id, gain);
    this.add(id, kind, { ...attributes, stride, padding }, [from]);
    return activation ? this.add(`${id}.${activation}`, activation) : id;
  }

  /** The model with its weights. @param input height, width and channels */
  finish(name: string, input: readonly [number, number, number]): Model {
    const graph = buildGraph(this.nodes.finish({ input, classes: 0 }));
    return { card: { name } as Model['card'], graph, tensors: seededWeights(graph, this.gains) };
  }
}

/** Uniform weights of variance gain / fan-in: with `gain` as it should be, activations keep their size from layer to layer. */
export function seededWeights(graph: Model['graph'], gains: ReadonlyMap<string, number> = new Map()): Model['tensors'] {
  const shapes = inferShapes(graph, 1);
  return new Map(
    graph.nodes.flatMap((node, index) =>
      weightsOf(node, shapes).map(({ role, tensor, shape, initializer }, number) => {
        const isFilter = typeof initializer === 'object' && 'heUniform' in initializer;
        const fanIn = isFilter ? initializer.heUniform.fanIn : 1;
        const gain = gains.get(node.id) ?? RECTIFIED;
        const bound = role === 'filter' ? Math.sqrt((3 * gain) / fanIn) : BIAS;
        return [tensor, uniform(shape, bound, new Random(1, index, number))] as const;
      }),
    ),
  );
}

/** Numbers in ±bound. */
export function uniform(shape: Shape, bound: number, random: Random) {
  return { shape, data: Float32Array.from({ length: elementCount(shape) }, () => bound * (2 * random.float() - 1)) };
}
