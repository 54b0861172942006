/** ONNX → a model of ours: node by node, with whatever is known folded, and memory kept in [N,H,W,C]. */

import { buildGraph, type Graph } from '../../graph.ts';
import { type Model, type ModelCard, parseCard } from '../../model-file.ts';
import { CARD_KEY } from './export-model.ts';
import { folds } from './fold.ts';
import { Operation } from './operation.ts';
import { operators } from './operators/index.ts';
import { withQuantization } from './quantized-values.ts';
import { type OnnxModel, type OnnxNode, readModel } from './read-model.ts';
import { runOperation } from './run-operation.ts';
import type { Constant, ReadExternal } from './tensor.ts';
import { type Cut, type Dialect, translateModel } from './translate.ts';

export interface ImportOptions extends Cut {
  /** Inputs whose numbers are known: they become constants. */
  readonly constants?: ReadonlyMap<string, Constant>;
  /** Hands over tensors that lie beside the model. */
  readonly readExternal?: ReadExternal;
}

/**
 * Imports an ONNX file (operator sets up to 21). Names, shapes and layouts of inputs and outputs stay.
 * @throws EngineError `invalid-model`, `unsupported-model`, `shape-mismatch`, `limit-exceeded`; where operators are
 *   missing, one error lists them all
 */
export function importOnnx(file: Uint8Array, options: ImportOptions = {}): Model {
  const model = withConstants(readModel(file, options.readExternal), options.constants ?? new Map());
  const { graph: document, tensors } = translateModel(model, dialectOf(model.opset), options);
  const graph = buildGraph(withQuantization(document));
  const isCut = options.inputs !== undefined || options.outputs !== undefined;
  return { card: cardOf(model, graph, isCut), graph, tensors };
}

/**
 * What a model of ours said of itself before it was exported. Others, and a part of one, say nothing: exporters call their
 * graphs `main_graph`.
 */
function cardOf({ metadata }: OnnxModel, graph: Graph, isCut: boolean): ModelCard {
  const json = metadata.get(CARD_KEY);
  if (json !== undefined && !isCut) return parseCard(json, graph);
  return {} as ModelCard;
}

/** The model with some of its inputs as initializers. */
function withConstants(model: OnnxModel, constants: ReadonlyMap<string, Constant>): OnnxModel {
  const { initializers } = model;
  return {
    ...model,
    inputs: model.inputs.filter(({ name }) => !constants.has(name)),
    initializers: {
      has: (name) => constants.has(name) || initializers.has(name),
      get: (name) => constants.get(name) ?? initializers.get(name),
    },
  };
}

const dialectOf = (opset: number): Dialect<OnnxNode> => ({
  image: 'NCHW',
  isKnown: ({ type, domain }) => domain === '' && (Object.hasOwn(operators, type) || Object.hasOwn(folds, type)),
  run: (node, inputs, graph) => runOperation(new Operation(node, inputs, opset, graph)),
});
