/** conv → add becomes conv with a residual: the sum is made while the products are still in registers. */
import { EngineError } from '../errors.ts';
import { type Graph, type GraphNode, inferShapes, layerOf, type Shapes } from '../graph.ts';
import { sameShape } from '../tensor.ts';
import { type Pass, type Rewriting, rewriteNodes } from './program.ts';

/** Two batches, so that a 1 of the graph is not taken for the batch. */
const BATCHES = [1, 2];

export const fuseResidualAdd: Pass = {
  name: 'fuse residual add',
  run: (program) => {
    // Fusing leaves every value that remains its shape, so the shapes at the start serve to the end.
    const shapes = shapesAtBatches(program.graph);
    return shapes ? rewriteNodes(program, (edit, node) => fuse(edit, node, shapes)) : program;
  },
};

/** Undefined where the graph does not take such batches: then nothing is known of a sum's shapes. */
function shapesAtBatches(graph: Graph): readonly Shapes[] | undefined {
  try {
    return BATCHES.map((batch) => inferShapes(graph, batch));
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** A sum that stretches an operand is none of a residual: an epilogue reads as many elements as it writes. */
const isOfOneShape = (node: GraphNode, shapes: readonly Shapes[]): boolean =>
  shapes.every((at) => {
    const [first, second] = at.inputs(node);
    return first !== undefined && second !== undefined && sameShape(first, second);
  });

/** Whether a producer can add up what is behind it, in a graph of eight bits on levels if it computes on levels. */
function addsResidual({ quantization }: Rewriting, producer: GraphNode): boolean {
  const { epilogue, quantized } = layerOf(producer);
  return epilogue?.residual === true && (!quantization || !quantized || quantized.addsResidual === true);
}

function fuse(edit: Rewriting, node: GraphNode, shapes: readonly Shapes[]): void {
  if (!layerOf(node).residualAdd || node.epilogue || !isOfOneShape(node, shapes)) return;
  const [first, second] = node.inputs as [string, string];
  for (const [reference, residual] of [[second, first] as const, [first, second] as const]) {
    const producer = edit.soleProducer(reference);
    if (!producer || producer.epilogue || !addsResidual(edit, producer)) continue;
    const epilogue = { lo: -Infinity, hi: Infinity, residual };
    edit.absorb({ ...producer, epilogue }, node);
    return;
  }
}
