/** model.json of TensorFlow.js → a model of ours, through the same machinery as ONNX: graph models and layers models. */
import { EngineError } from '../../errors.ts';
import { buildGraph } from '../../graph.ts';
import type { Model, ModelCard } from '../../model-file.ts';
import type { SourceModel, SourceNode } from '../onnx/source.ts';
import { type Cut, type Dialect, type Translated, translateModel } from '../onnx/translate.ts';
import { parseDocument, type TfjsDocument } from './document.ts';
import { isGraphTopology, readGraphModel, type TensorFlowNode } from './graph-model.ts';
import { LayerOperation } from './layer-operation.ts';
import { layers } from './layers/index.ts';
import { type KerasNode, readLayersModel } from './layers-model.ts';
import { valueName } from './names.ts';
import { TensorFlowOperation } from './operation.ts';
import { operators } from './operators/index.ts';
import { type ReadShard, TfjsWeights } from './weights.ts';

export interface TfjsOptions extends Cut {
  /** Hands over the files of weights beside the model. */
  readonly readShard: ReadShard;
}

const graphDialect: Dialect<TensorFlowNode> = {
  image: 'NHWC',
  isKnown: ({ type }) => Object.hasOwn(operators, type),
  run: (node, inputs, graph) => {
    const read = operators[node.type] as (typeof operators)[string];
    return [read(new TensorFlowOperation(node, inputs, graph))].flat();
  },
};

const layersDialect: Dialect<KerasNode> = {
  image: 'NHWC',
  isKnown: ({ type }) => Object.hasOwn(layers, type),
  run: (node, inputs, graph) => {
    const read = layers[node.type] as (typeof layers)[string];
    return [read(new LayerOperation(node, inputs, graph))];
  },
};

/**
 * Imports a model. Names and shapes of inputs and outputs stay, images are [N,H,W,C] as they were. An open batch is 1.
 * @param json the text of model.json
 * @throws EngineError `invalid-json`, `invalid-model`, `unsupported-model`, `shape-mismatch`, `limit-exceeded`; where
 *   operators are missing, one error lists them all
 */
export function importTfjs(json: string, { readShard, ...wanted }: TfjsOptions): Model {
  const document = parseDocument(json);
  const weights = new TfjsWeights(document.weightsManifest, readShard);
  const cut = withPlainNames(wanted);
  const { graph, tensors } = translated(document, weights, cut);
  // What has four axes is an image; which one of them holds the channels, TensorFlow.js leaves no choice.
  const inputs = graph.inputs.map((input) =>
    input.shape.length === 4 ? { ...input, layout: 'NHWC' as const } : input,
  );
  return { card: {} as ModelCard, graph: buildGraph({ ...graph, inputs }), tensors };
}

function translated(document: TfjsDocument, weights: TfjsWeights, cut: Cut): Translated {
  if (isGraphTopology(document.modelTopology)) {
    const model = readGraphModel(document, weights, cut.outputs ?? []);
    return translateModel(withBatch(model, cut.shapes), graphDialect, cut);
  }
  const model = readLayersModel(document, weights);
  return translateModel(withBatch(model, cut.shapes), layersDialect, cut);
}

/** Names of the inputs that a model has uncut. */
export function tfjsInputs(json: string): readonly string[] {
  const document = parseDocument(json);
  const weights = new TfjsWeights([], nothing);
  const isGraph = isGraphTopology(document.modelTopology);
  const model: SourceModel = isGraph ? readGraphModel(document, weights, []) : readLayersModel(document, weights);
  return model.inputs.map(({ name }) => name);
}

const nothing: ReadShard = (path) => {
  throw new EngineError('invalid-model', `the weights ${path} were not given`);
};

/** `name:0` is `name`. */
function withPlainNames({ inputs, outputs, shapes }: Cut): Cut {
  return {
    ...(inputs && { inputs: inputs.map(valueName) }),
    ...(outputs && { outputs: outputs.map(valueName) }),
    ...(shapes && {
      shapes: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [valueName(name), shape])),
    }),
  };
}

/** The first side of an input is 1, where it is the batch that is open and no shape is given. */
function withBatch<N extends SourceNode>(model: SourceModel<N>, shapes: Cut['shapes'] = {}): SourceModel<N> {
  const inputs = model.inputs.map((input) => {
    const [batch, ...rest] = input.shape ?? [];
    const isOpen = input.shape !== undefined && input.shape.length > 0 && typeof batch !== 'number';
    return isOpen && !Object.hasOwn(shapes, input.name) ? { ...input, shape: [1, ...rest] } : input;
  });
  return { ...model, inputs };
}
