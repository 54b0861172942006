/** `borde inspect`: what is in a model or a graph, without allocating its weights. */
import { extname } from 'node:path';
import { describeGraph, type ElementBytes } from '../../engine/describe.ts';
import type { Graph } from '../../engine/graph.ts';
import { instantiateKernels } from '../../engine/kernels.ts';
import { lower } from '../../engine/lower.ts';
import type { Model, ModelCard } from '../../engine/model-file.ts';
import { optimizeGraph } from '../../engine/passes/index.ts';
import { makePlan, type Plan, placeResidents } from '../../engine/plan.ts';
import { elementBytes } from '../../engine/safetensors.ts';
import { Session } from '../../engine/session.ts';
import { formatShape } from '../../engine/tensor.ts';
import { jsonOption, several } from '../cli/flags.ts';
import { formatBytes, table } from '../cli/table.ts';
import type { Io, Verb } from '../cli/verb.ts';
import { atPath, readGraphFile, readModel, readModelHeader } from '../io/model.ts';
import { readOnnx } from '../io/onnx.ts';
import { isTfjsFile, readTfjs } from '../io/tfjs.ts';
import { loadKernels } from '../kernels.ts';

interface Options {
  readonly plan?: boolean;
  readonly inputShape?: readonly string[];
  readonly json?: boolean;
}

export const inspectVerb: Verb = {
  name: 'inspect',
  summary: 'layers, shapes, parameters, multiply-adds and memory',
  examples: [
    'borde inspect models/digits.safetensors --plan',
    'borde inspect examples/dense-against-conv.json',
    'borde inspect detector.onnx --input-shape images=1,3,320,320',
  ],

  flags: (command) => {
    command
      .argument('<model>', 'model file, ONNX file, model.json of TensorFlow.js, or graph file NAME.json')
      .option('--plan', 'every kernel call with its addresses, and the lifetimes of the arena')
      .option(
        '--input-shape <name=shape>',
        'of an ONNX file or a TensorFlow.js model that leaves sides open: x=1,3,224,224',
        several,
      )
      .addOption(jsonOption());
  },

  run: async ([path], { plan, json, inputShape = [] }: Options, io) => {
    const file = path as string;
    const model = await readForeign(file, inputShape);
    const { card, graph, elementBytes: storage }: Card = model ? cardOf(model) : await readCard(file);
    const description = await atPath(file, () => describeGraph(graph, optimizeGraph(graph), storage));
    if (json) {
      io.out(JSON.stringify(description));
      return 0;
    }
    writeCard(card, io);
    const { layers, parameters, macs, bytes, peakBytes, transposes } = description;
    const rows = layers.map((l) => [l.id, l.kind, formatShape(l.shape), l.parameters, l.macs, l.bytes]);
    io.out(
      table(
        ['layer', 'kind', 'output', 'parameters', 'MACs', 'bytes'],
        [...rows, ['sum', '', '', parameters, macs, bytes]],
      ),
    );
    io.out(
      `\npeak activation memory ${formatBytes(peakBytes)}, weights ${formatBytes(bytes)}, transposes ${transposes}`,
    );
    if (plan) writePlan(await planOf(file, graph, model), io);
    return 0;
  },
};

/** A model of another format. */
async function readForeign(path: string, shapes: readonly string[]): Promise<Model | undefined> {
  if (extname(path).toLowerCase() === '.onnx') return readOnnx(path, { shapes });
  return (await isTfjsFile(path)) ? readTfjs(path, { shapes }) : undefined;
}

interface Card {
  readonly card: ModelCard;
  readonly graph: Graph;
  readonly elementBytes?: ElementBytes;
}

const cardOf = ({ card, graph, tensors }: Model): Card => ({
  card,
  graph,
  elementBytes: (tensor) => (tensors.get(tensor)?.eightBit ? 1 : 4),
});

async function readCard(path: string): Promise<Card> {
  if (path.endsWith('.json')) return readGraphFile(path);
  const header = await readModelHeader(path);
  const bytes = new Map(header.tensors.map(({ name, type }) => [name, elementBytes[type]]));
  return { ...header, elementBytes: (tensor) => bytes.get(tensor) ?? 4 };
}

function writeCard({ name, task, labels, provenance }: ModelCard, io: Io): void {
  const lines = {
    name,
    task: task?.kind,
    labels: labels && `${labels.length}: ${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ' …' : ''}`,
    'made by': provenance?.command,
    data: provenance?.data && `${provenance.data.name} (${provenance.data.licence ?? 'licence unknown'})`,
    metrics:
      provenance?.metrics &&
      Object.entries(provenance.metrics)
        .map(([key, value]) => `${key} ${value}`)
        .join(', '),
  };
  const known = Object.entries(lines).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const [key, value] of known) io.out(`${key.padEnd(8)} ${value}`);
  if (known.length > 0) io.out('');
}

/** What runs for one sample: of a model file after the passes, of a graph without weights as it is written. */
async function planOf(path: string, graph: Graph, model: Model | undefined): Promise<Plan> {
  const source = loadKernels('inference');
  if (model || !path.endsWith('.json')) return new Session(model ?? (await readModel(path)), source).plan(1);
  const { capabilities } = instantiateKernels(source);
  const lowered = lower(graph, { batch: 1, capabilities });
  const residents = placeResidents([lowered], 0);
  return makePlan(lowered, residents.addresses, residents.endBytes);
}

function writePlan(plan: Plan, io: Io): void {
  io.out('\nkernel calls for one sample, in the order in which they run\n');
  const rows = plan.calls.map((c) => [c.node, c.algorithm, c.kernel, c.args.join(' ')]);
  io.out(table(['node', 'algorithm', 'kernel', 'arguments'], rows));
  io.out('\narena: when each region lives, call by call; addresses in bytes\n');
  io.out(lifetimePicture(plan));
}

/** A row a region: dots before and after its life, blocks while it lives. */
function lifetimePicture({ arena, calls }: Plan): string {
  const rows = arena.map(({ region, first, last, address }) => {
    const life = calls.map((_, i) => (i >= first && i <= last ? '█' : '·')).join('');
    return [region.name, address, region.bytes, life];
  });
  return table(['region', 'address', 'bytes', 'life'], rows);
}
