/**
 * The network as the page looks at it: one session that gives the answer and every layer's value in the same run, so that
 * what is drawn and what is said belong together. Both come from the graph as the file has it, before fusion.
 */
import { describeGraph, type GraphDescription, type LayerDescription } from '../engine/describe.ts';
import { EngineError } from '../engine/errors.ts';
import type { GraphNode } from '../engine/graph.ts';
import type { Image } from '../engine/image/image.ts';
import { type PictureInput, pictureInput } from '../engine/image/picture-input.ts';
import { channelCount, type Preprocess, preprocess } from '../engine/image/preprocess.ts';
import type { KernelSource } from '../engine/kernels.ts';
import type { Model } from '../engine/model-file.ts';
import { Session } from '../engine/session.ts';
import { type Classify, classify } from '../engine/tasks/classify.ts';
import type { Tensor } from '../engine/tensor.ts';

/** What one run gave. */
export interface Reading {
  /** The picture [1,H,W,C] after pre-processing; the network may want its channels first. */
  readonly input: Tensor;
  /** Every node's value, by id. */
  readonly values: Readonly<Record<string, Tensor>>;
  /** A probability for each of the network's labels, in their order. */
  readonly scores: Float32Array;
  /** Index of the largest score. */
  readonly top: number;
  /** From the copy of the input to the copy of the last value: the median of the last runs. */
  readonly milliseconds: number;
}

/** The filter behind a map: a convolution's weights for one of its output channels. */
export interface Filter {
  readonly node: string;
  readonly channel: number;
  /** [KH,KW,IC] */
  readonly weights: Tensor;
  readonly bias: number | undefined;
}

/** Runs of which the time that is shown is the median. */
const RUNS_TIMED = 15;

const WARM_UP_RUNS = 5;

export class Network {
  readonly nodes: readonly GraphNode[];
  readonly labels: readonly string[];
  readonly description: GraphDescription;
  private readonly model: Model;
  private readonly task: Classify;
  private readonly spec: Preprocess;
  private readonly entrance: PictureInput;
  private readonly session: Session;
  private times: readonly number[] = [];

  /** @throws EngineError `invalid-input` where the model's file does not say what it is for */
  constructor(model: Model, source: KernelSource) {
    const { task, preprocess: spec, labels } = model.card;
    if (!task || !spec || !labels) {
      throw new EngineError('invalid-input', 'the model file lacks "task", "preprocess" or "labels"');
    }
    if (task.kind !== 'classify') {
      throw new EngineError('invalid-input', `the page shows classifiers, the model's task is "${task.kind}"`);
    }
    this.model = model;
    this.task = task;
    this.spec = spec;
    this.labels = labels;
    this.nodes = model.graph.nodes;
    this.entrance = pictureInput(model.graph, spec);
    this.description = describeGraph(model.graph);
    const graph = classify.extend(task, model.graph);
    const taps = model.graph.nodes.map((node) => node.id);
    this.session = new Session({ graph, tensors: model.tensors }, source, { taps });
  }

  /** Runs the network on one picture. */
  read(picture: Image): Reading {
    const data = preprocess(picture, this.spec);
    const input = this.entrance.arrange(data);
    const start = performance.now();
    const values = this.session.run({ [this.entrance.name]: input });
    const milliseconds = this.median(performance.now() - start);
    const scores = (values[this.task.output] as Tensor).data;
    const top = scores.indexOf(scores.reduce((best, score) => Math.max(best, score), 0));
    const [width, height] = this.spec.size;
    const shape = [1, height, width, channelCount(this.spec.channels)];
    return { input: { shape, data }, values, scores, top, milliseconds };
  }

  /** A single run may be held up by anything else that the browser does; what is shown should not flicker. */
  private median(milliseconds: number): number {
    this.times = [...this.times, milliseconds].slice(-RUNS_TIMED);
    return this.times.toSorted((a, b) => a - b)[this.times.length >> 1] as number;
  }

  /** The first runs make the plan and let the browser compile; their times say nothing about later ones. */
  warmUp(picture: Image): void {
    for (let run = 0; run < WARM_UP_RUNS; run++) this.read(picture);
    this.times = [];
  }

  describe(id: string): LayerDescription {
    return this.description.layers.find((layer) => layer.id === id) as LayerDescription;
  }

  /** The network's input as the picture that it was made of: pre-processing backwards. */
  inputPicture({ shape, data }: Tensor): Image {
    const [, height = 1, width = 1, channels = 1] = shape;
    const { scale, mean, std } = this.spec;
    const order = this.spec.channels === 'BGR' ? [2, 1, 0] : [0, 1, 2];
    const pixels = Uint8Array.from(data, (_, index) => {
      const channel = channels === 1 ? 0 : (order[index % channels] as number);
      const value = data[index - (index % channels) + channel] as number;
      return Math.round(
        (value * (std[channel] ?? (std[0] as number)) + (mean[channel] ?? (mean[0] as number))) / scale,
      );
    });
    return { width, height, channels: channels === 1 ? 1 : 3, data: pixels };
  }

  /** The filter that a map comes from, seen through layers that treat every channel apart (relu, pooling). */
  filterOf(id: string, channel: number): Filter | undefined {
    const node = this.nodes.find((candidate) => candidate.id === id);
    if (node?.inputs.length !== 1) return undefined;
    const weights = this.model.tensors.get(node.weights.filter ?? `${id}.filter`);
    if (weights) return weights.shape.length === 4 ? this.slice(node, weights, channel) : undefined;
    const before = node.inputs[0] as string;
    const channels = this.describe(id).shape.at(-1);
    const isSameChannels =
      this.nodes.some(({ id }) => id === before) && this.describe(before).shape.at(-1) === channels;
    return isSameChannels ? this.filterOf(before, channel) : undefined;
  }

  /** One output channel's weights out of a filter [KH,KW,IC,OC]. */
  private slice(node: GraphNode, { shape, data }: Tensor, channel: number): Filter | undefined {
    const outputs = shape[3] as number;
    if (outputs !== this.describe(node.id).shape.at(-1)) return undefined;
    const weights = data.filter((_, index) => index % outputs === channel);
    const bias = this.model.tensors.get(node.weights.bias ?? `${node.id}.bias`)?.data[channel];
    return { node: node.id, channel, weights: { shape: shape.slice(0, 3), data: weights }, bias };
  }
}
