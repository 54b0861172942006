/**
 * What stands between flags and the training loop: data, graph, weights and threads of a run, made from its settings
 * and, where there is one, a checkpoint.
 */
import { type ArchitectureName, architectures } from '../../engine/architectures/index.ts';
import { EngineError } from '../../engine/errors.ts';
import { buildGraph, type Graph, inferShapes } from '../../engine/graph.ts';
import type { Preprocess } from '../../engine/image/preprocess.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import type { Model } from '../../engine/model-file.ts';
import { formatShape, sameShape } from '../../engine/tensor.ts';
import { initialWeights, toTensors, type WeightVector, weightVector } from '../../engine/training/weight-vector.ts';
import { readGraphFile } from '../io/model.ts';
import { Feed } from './augmentation/feed.ts';
import { normalized, trainingDocument, trainingPipeline } from './augmentation/training-pipeline.ts';
import { epochBatches } from './batch-order.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { DataSet, Split } from './data-sets/index.ts';
import { validationSplit } from './data-sets/split.ts';
import { evaluateSplit } from './evaluate-split.ts';
import { checkGoal, lossesOf, relativeBoxes, scoresOutput, trainedTask } from './goal.ts';
import type { Evaluation } from './metrics.ts';
import { Network } from './network.ts';
import { canonicalCommand, type TrainSettings } from './settings.ts';

const isArchitecture = (name: string): name is ArchitectureName => Object.hasOwn(architectures, name);

/** What the network wants of the data: width, height, channels. `--size` and `--channels` go before. */
export async function wantedPictures(
  settings: TrainSettings,
): Promise<{ size: [number, number]; channels: 'gray' | 'RGB' }> {
  const { model } = settings;
  const wanted = isArchitecture(model) ? architectures[model] : await wantedByGraph(model);
  return { size: settings.size ?? [...wanted.size], channels: settings.channels ?? wanted.channels };
}

async function wantedByGraph(path: string): Promise<{ size: [number, number]; channels: 'gray' | 'RGB' }> {
  const { graph } = await readGraph(path);
  const [, height, width, channels] = (graph.inputs[0] as Graph['inputs'][number]).shape;
  if (!height || !width || (channels !== 1 && channels !== 3)) {
    throw new EngineError('invalid-graph', `${path}: training needs an input [-1,H,W,1 or 3]`);
  }
  return { size: [width, height], channels: channels === 1 ? 'gray' : 'RGB' };
}

/** Reads `--model FILE.json`. @throws EngineError, beginning with the path */
async function readGraph(path: string): Promise<{ graph: Graph }> {
  const known = Object.keys(architectures).join(', ');
  if (!path.endsWith('.json')) {
    throw new EngineError(
      'invalid-input',
      `there is no architecture "${path}": known are ${known}, or a graph file NAME.json`,
    );
  }
  return readGraphFile(path);
}

async function graphFor(settings: TrainSettings, dataSet: DataSet): Promise<Graph> {
  const { model } = settings;
  const classes = dataSet.labels.length;
  if (isArchitecture(model)) return buildGraph(architectures[model].build({ input: dataSet.shape, classes }));
  const { graph } = await readGraph(model);
  const input = (graph.inputs[0] as Graph['inputs'][number]).shape.slice(1);
  if (!sameShape(input, dataSet.shape)) {
    throw new EngineError(
      'shape-mismatch',
      `${model}: its input is ${formatShape(input)}, the pictures are ${formatShape(dataSet.shape)}`,
    );
  }
  checkOutputs(graph, model, classes);
  return graph;
}

/** @throws EngineError `shape-mismatch` where a graph file's outputs do not fit the data */
function checkOutputs(graph: Graph, model: string, classes: number): void {
  const task = trainedTask(graph);
  const shapes = inferShapes(graph, 1);
  const check = (name: string, values: number, sentence: string) => {
    const shape = shapes.of(graph.outputs.find((output) => output.name === name)?.from ?? '');
    if (shape.length === 2 && shape[1] === values) return;
    throw new EngineError('shape-mismatch', `${model}: its output "${name}" is ${formatShape(shape)}, ${sentence}`);
  };
  check(scoresOutput(task), classes, `the data have ${classes} classes`);
  if (task.kind === 'localize') check(task.box, 4, 'a box has 4 numbers');
}

/** Everything a run works with. */
export interface Experiment {
  readonly settings: TrainSettings;
  readonly dataSet: DataSet;
  readonly graph: Graph;
  readonly vector: WeightVector;
  readonly preprocess: Preprocess;
  readonly network: Network;
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
  readonly pixelsPerSample: number;
  /** The order of an epoch's batches: a permutation that depends on seed and epoch alone. */
  batches(epoch: number): Generator<Uint32Array>;
  readonly updatesPerEpoch: number;
  /** How these weights do on pictures of a split. */
  evaluate(weights: Float32Array, split: Split, indices: Uint32Array, kernels: KernelSource): Evaluation;
  /** A model file's content with these weights. */
  model(weights: Float32Array, metrics: Readonly<Record<string, number>>): Model;
}

export async function createExperiment(
  settings: TrainSettings,
  dataSet: DataSet,
  kernels: KernelSource,
  threads: number,
  checkpoint: Checkpoint | undefined,
): Promise<Experiment> {
  const graph = await graphFor(settings, dataSet);
  const task = trainedTask(graph);
  checkGoal(task, dataSet, settings);
  const vector = weightVector(graph);
  const [height, width, channels] = dataSet.shape;
  const document = trainingDocument(settings);
  const pipeline = trainingPipeline(document, channels);
  const plain = preprocessOf(width, height, channels);
  const preprocess: Preprocess = pipeline ? normalized(plain, pipeline) : plain;
  const pixelsPerSample = height * width * channels;
  const { train: training, validation } = validationSplit(dataSet.train, settings.seed);
  const common = {
    classes: dataSet.train.classes,
    pixels: dataSet.train.pixels,
    classCount: dataSet.labels.length,
    labelSmoothing: settings.labelSmoothing,
    seed: settings.seed,
  };
  const feed =
    pipeline &&
    new Feed(
      {
        ...common,
        document,
        shape: dataSet.shape,
        training,
        batchSize: settings.batch,
        firstEpoch: checkpoint?.state.history.length ?? 0,
        epochs: settings.epochs,
      },
      threads,
    );
  const network = new Network(
    {
      ...common,
      feed,
      graph,
      losses: lossesOf(task),
      boxes: task.kind === 'localize' ? relativeBoxes(dataSet.train, dataSet.shape) : undefined,
      vector,
      kernels,
      preprocess,
      pixelsPerSample,
      threads,
      batchSize: settings.batch,
      optimizer: { name: settings.optimizer, weightDecay: settings.weightDecay },
    },
    checkpoint?.vectors.weights ?? initialWeights(vector, settings.seed),
  );
  if (checkpoint) {
    network.optimizer.step = checkpoint.state.step;
    for (const [name, state] of Object.entries(network.optimizer.state)) {
      state.set(checkpoint.vectors[name] as Float32Array);
    }
  }
  return {
    settings,
    dataSet,
    graph,
    vector,
    preprocess,
    network,
    training,
    validation,
    pixelsPerSample,
    updatesPerEpoch: Math.ceil(training.length / settings.batch),
    evaluate: (weights, split, indices, source) => {
      const program = { graph, tensors: toTensors(vector, weights) };
      return evaluateSplit({ program, task, preprocess }, source, { dataSet, split, indices });
    },
    batches: (epoch) => epochBatches(training, settings.seed, epoch, settings.batch),
    model: (weights, metrics) => ({
      graph,
      tensors: toTensors(vector, weights),
      card: {
        name: `${dataSet.name}-${settings.model
          .split(/[\\/]/)
          .at(-1)
          ?.replace(/\.json$/, '')}`,
        preprocess,
        task,
        labels: [...dataSet.labels],
        provenance: {
          command: canonicalCommand(settings),
          ...(pipeline && { augmentation: document }),
          data: { name: dataSet.name, source: dataSet.source, licence: dataSet.licence, sha256: dataSet.sha256 },
          metrics,
        },
      },
    }),
  };
}

/** Pixels 0–255 become 0–1. */
const preprocessOf = (width: number, height: number, channels: number): Preprocess => ({
  size: [width, height],
  fit: 'stretch',
  antialias: true,
  channels: channels === 1 ? 'gray' : 'RGB',
  scale: 1 / 255,
  mean: Array<number>(channels).fill(0),
  std: Array<number>(channels).fill(1),
});
