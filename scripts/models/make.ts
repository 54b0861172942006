/** What the scripts that make models/*.safetensors share: their flags, names of inputs and outputs, and the writing. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EngineError } from '../../engine/errors.ts';
import type { GraphOutput } from '../../engine/graph.ts';
import { type Model, parseModel, serializeModel } from '../../engine/model-file.ts';
import { formatBytes } from '../cli/table.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';

export interface MakeOptions {
  /** Folder that has the npm packages' tarballs, or gets them. */
  readonly packages?: string | undefined;
  /** Folder of photos that eight bits are calibrated with. */
  readonly calibrate?: string | undefined;
}

/** Runs a script's work and writes what it gives into models/, or where `--out DIR` says. */
export async function makeModels(make: (options: MakeOptions) => Promise<readonly Model[]>): Promise<void> {
  const { values } = parseArgs({
    options: {
      packages: { type: 'string' },
      calibrate: { type: 'string' },
      out: { type: 'string', default: fileURLToPath(new URL('../../models', import.meta.url)) },
    },
  });
  try {
    for (const model of await make(values)) {
      const file = `${model.card.name}.safetensors`;
      const bytes = serializeModel(model);
      parseModel(bytes);
      await writeFileAtomic(join(values.out, file), bytes);
      console.log(`${file}: ${formatBytes(bytes.length)}`);
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** The model with its only input named `input`, and its outputs as `outputs` has them in their order. */
export function renamed(model: Model, input: string, outputs: readonly string[]): Model {
  const { graph } = model;
  const [old] = graph.inputs;
  if (!old || graph.inputs.length > 1 || graph.outputs.length !== outputs.length) {
    throw new EngineError('invalid-model', `expected one input and ${outputs.length} outputs`);
  }
  const renamedReference = (reference: string): string => (reference === old.name ? input : reference);
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamedReference) }));
  const named = graph.outputs.map((output, i): GraphOutput => ({ ...output, name: outputs[i] as string }));
  return { ...model, graph: { ...graph, inputs: [{ ...old, name: input }], nodes, outputs: named } };
}
