/** `borde import`: an ONNX file, or a model of TensorFlow.js, becomes a model file, with what it is for written into it. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Option } from 'commander';
import { describeGraph } from '../../engine/describe.ts';
import { EngineError } from '../../engine/errors.ts';
import { folds } from '../../engine/formats/onnx/fold.ts';
import { operators } from '../../engine/formats/onnx/operators/index.ts';
import { layers } from '../../engine/formats/tfjs/layers/index.ts';
import { operators as tensorFlowOperators } from '../../engine/formats/tfjs/operators/index.ts';
import { type GraphInput, type GraphOutput, inferShapes } from '../../engine/graph.ts';
import { type Model, serializeModel } from '../../engine/model-file.ts';
import { optimize } from '../../engine/passes/index.ts';
import { formatShape } from '../../engine/tensor.ts';
import { jsonOption, list, numbers, real, several, sizePair } from '../cli/flags.ts';
import { formatBytes } from '../cli/table.ts';
import type { Io, Verb } from '../cli/verb.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath } from '../io/model.ts';
import { readOnnx } from '../io/onnx.ts';
import { readTfjs } from '../io/tfjs.ts';
import { type CardFlags, withCard } from './import-card.ts';

interface Options extends CardFlags {
  readonly out: string;
  readonly labels?: string;
  readonly json?: boolean;
}

const supported = (...registries: readonly object[]): string => {
  const names = [...new Set(registries.flatMap((registry) => Object.keys(registry)))].sort().join(' ');
  return names.replaceAll(/(.{1,76})( |$)/g, '$1\n  ').trimEnd();
};

export const importVerb: Verb = {
  name: 'import',
  summary: 'turn an ONNX file or a TensorFlow.js model into a model file',
  examples: [
    'borde import mobilenet_v2.onnx --out mobilenet.safetensors --labels imagenet.txt --task classify',
    'borde import web_model/model.json --out model.safetensors --inputs image --outputs boxes,scores',
    'borde import detector.onnx --out backbone.safetensors --outputs features --input-shape images=1,3,320,320',
  ],

  flags: (command) => {
    command
      .argument(
        '<file>',
        'ONNX file (operator set up to 21; QDQ runs on the int8 kernels), or model.json of TensorFlow.js',
      )
      .requiredOption('--out <file>', 'model file to write')
      .addOption(new Option('--inputs <a,b>', 'values to take for the inputs: cuts off what is before').argParser(list))
      .addOption(
        new Option('--outputs <a,b>', 'values to take for the outputs: cuts off what is behind').argParser(list),
      )
      .option(
        '--input-shape <name=shape>',
        'shape of an input, as x=1,3,224,224; NAME= may be left out where there is one',
        several,
      )
      .option('--labels <file>', 'names of the classes: a line each, or a JSON list')
      .addOption(
        new Option('--size <w,h>', 'pictures are resized to this (default: what the input is)').argParser(sizePair),
      )
      .addOption(
        new Option('--channels <order>', 'of pictures (default: by the input)').choices(['RGB', 'BGR', 'gray']),
      )
      .addOption(new Option('--fit <how>', 'pictures of another shape').choices(['stretch', 'crop', 'letterbox']))
      .addOption(
        new Option('--scale <x>', 'value = (x·scale − mean) / std, x from 0 to 255 (default 1/255)').argParser(
          real(-1e9, 1e9),
        ),
      )
      .addOption(new Option('--mean <a,b,c>', 'one number, or one a channel (default 0)').argParser(numbers))
      .addOption(new Option('--std <a,b,c>', 'one number, or one a channel (default 1)').argParser(numbers))
      .option('--task <kind|json>', 'what the outputs mean: classify, or a task as JSON')
      .addOption(jsonOption())
      .addHelpText(
        'after',
        () =>
          `\nONNX operators:\n  ${supported(operators, folds)}` +
          `\n\nTensorFlow.js, graph models:\n  ${supported(tensorFlowOperators)}` +
          `\n\nTensorFlow.js, layers models:\n  ${supported(layers)}`,
      );
  },

  run: async ([path], options: Options, io) => {
    const file = path as string;
    const { inputs, outputs, inputShape = [] } = options;
    const read = extname(file).toLowerCase() === '.json' ? readTfjs : readOnnx;
    const imported = await read(file, {
      shapes: inputShape,
      ...(inputs && { inputs }),
      ...(outputs && { outputs }),
    });
    const labels = options.labels === undefined ? undefined : await readLabels(options.labels);
    const model = await atPath(file, () => withCard(imported, options, labels));
    const bytes = serializeModel(model);
    await writeFileAtomic(options.out, bytes);
    report(model, options, bytes.length, io);
    return 0;
  },
};

/** A JSON list, or a line a label; empty lines at the end are none. */
async function readLabels(path: string): Promise<readonly string[]> {
  const text = (await atPath(path, () => readFile(path, 'utf8'))).replace(/^\uFEFF/, '');
  if (text.trim() === '') throw new EngineError('invalid-input', `${path}: there are no labels in it`);
  if (!text.trimStart().startsWith('[')) return text.trimEnd().split(/\r?\n/);
  try {
    const labels: unknown = JSON.parse(text);
    if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
  } catch {
    // said below
  }
  throw new EngineError('invalid-input', `${path}: expected a list of strings, or a line a label`);
}

function report(model: Model, { out, json }: Options, bytes: number, io: Io): void {
  const { graph } = model;
  const running = optimize(model).graph;
  const { parameters, macs, transposes } = describeGraph(graph, running);
  if (json) {
    const shapes = inferShapes(graph, 1);
    const outputs = graph.outputs.map(({ name, from, layout }) => ({ name, shape: shapes.of(from), layout }));
    const inputs = graph.inputs.map(({ name, shape, layout }) => ({ name, shape, layout }));
    io.out(
      JSON.stringify({
        out,
        inputs,
        outputs,
        nodes: graph.nodes.length,
        parameters,
        macs,
        transposes,
        bytes,
      }),
    );
    return;
  }
  const shapes = inferShapes(graph, 1);
  const kinds = new Map<string, number>();
  for (const { kind } of running.nodes) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const input = ({ name, shape, layout }: GraphInput) => `${name} ${formatShape(shape)}${layout ? ` ${layout}` : ''}`;
  const output = ({ name, from }: GraphOutput) => `${name} ${formatShape(shapes.of(from))}`;
  io.out(`${out}: ${formatBytes(bytes)}`);
  io.out(`inputs      ${graph.inputs.map(input).join(', ')}`);
  io.out(`outputs     ${graph.outputs.map(output).join(', ')}`);
  io.out(`runs        ${[...kinds].map(([kind, count]) => (count > 1 ? `${count} ${kind}` : kind)).join(', ')}`);
  const count = (value: number) => value.toLocaleString('en-US');
  io.out(`parameters  ${count(parameters)}, multiply-adds ${count(macs)}, transposes ${transposes}`);
  const canPredict = model.card.task && model.card.preprocess;
  io.out(`\nnext: npx borde ${canPredict ? `predict ${out} IMAGE` : `inspect ${out}`}`);
}
