/** `borde quantize`: the same model in fewer bytes, and what that costs. */
import { Option } from 'commander';
import { EngineError } from '../../engine/errors.ts';
import { type Model, parseModel, serializeModel } from '../../engine/model-file.ts';
import { type Method, methods } from '../../engine/quantization/observer.ts';
import { quantize } from '../../engine/quantization/quantize.ts';
import { integer, jsonOption, list, simdOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { formatBytes, percent } from '../cli/table.ts';
import { type Io, UsageError, type Verb } from '../cli/verb.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';
import { type CalibrationData, openCalibrationData } from '../quantization/calibration-data.ts';
import { type Comparison, compareOnNoise, compareOnPictures } from '../quantization/compare.ts';

interface Options {
  readonly out: string;
  readonly precision: 'int8' | 'f16';
  readonly calibrate?: string;
  readonly method: Method;
  readonly samples: number;
  readonly keep?: readonly string[];
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

export const quantizeVerb: Verb = {
  name: 'quantize',
  summary: 'a model in eight bits, or with its weights in sixteen',
  examples: [
    'borde quantize models/digits.safetensors --calibrate mnist --out digits.int8.safetensors',
    'borde quantize photos.safetensors --calibrate images:DIR --method mse --out photos.int8.safetensors',
    'borde quantize models/digits.safetensors --precision f16 --out digits.f16.safetensors',
  ],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .requiredOption('--out <file>', 'model file to write')
      .addOption(
        new Option('--precision <type>', 'int8: weights and activations; f16: weights alone')
          .choices(['int8', 'f16'])
          .default('int8'),
      )
      .option(
        '--calibrate <source>',
        'pictures to run: mnist, images:DIR …, with or without classes (f16 only compares on them)',
      )
      .addOption(
        new Option('--method <how>', 'range of an activation: all of it, or what loses least by rounding and cutting')
          .choices(methods)
          .default('minmax'),
      )
      .addOption(new Option('--samples <n>', 'pictures to calibrate with').argParser(integer(1, 1e6)).default(512))
      .addOption(new Option('--keep <a,b>', 'nodes that stay f32, with all that read the same values').argParser(list))
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([path], options: Options, io) => {
    const file = path as string;
    if (options.precision === 'int8' && options.calibrate === undefined) {
      throw new UsageError(
        'int8 needs pictures to calibrate with: --calibrate mnist, --calibrate images:DIR … (--precision f16 needs none)',
      );
    }
    const model = await readModel(file);
    const data = options.calibrate === undefined ? undefined : await open(file, model, options.calibrate, options);
    const smaller =
      options.precision === 'f16'
        ? { ...model, storage: 'F16' as const }
        : await toEightBits(file, model, data as CalibrationData, options, io);
    const draft = parseModel(await atPath(file, () => serializeModel(smaller)));
    const comparison = compare({ before: model, after: draft }, data, options, io);
    const bytes = serializeModel({ ...draft, card: cardAfter(model, comparison, data, options) });
    await writeFileAtomic(options.out, bytes);
    if (options.json) io.out(JSON.stringify({ ...comparison, bytes: bytes.length }));
    else report(comparison, model, bytes.length, options, io);
    return 0;
  },
};

const open = (model: string, read: Model, data: string, { samples: limit }: Options): Promise<CalibrationData> =>
  openCalibrationData(read, { model, data, limit });

/** What the new file says of itself: how it came about, and the accuracy that it has. */
function cardAfter(
  { card }: Model,
  { metric, after }: Comparison,
  data: CalibrationData | undefined,
  { precision, method, samples, keep }: Options,
): Model['card'] {
  const { provenance } = card;
  const calibration =
    data && precision === 'int8' ? ` --calibrate ${data.dataSet.name} --method ${method} --samples ${samples}` : '';
  const kept = keep && precision === 'int8' ? ` --keep ${keep.join()}` : '';
  const command = `borde quantize --precision ${precision}${calibration}${kept}`;
  const commands = provenance?.command === undefined ? command : `${provenance.command} && ${command}`;
  const metrics = metric === 'accuracy' ? { metrics: { ...provenance?.metrics, accuracy: after } } : {};
  return { ...card, provenance: { ...provenance, command: commands, ...metrics } };
}

async function toEightBits(
  path: string,
  model: Model,
  data: CalibrationData,
  { method, simd, keep = [] }: Options,
  io: Io,
): Promise<Model> {
  if (model.graph.quantization) throw new EngineError('invalid-input', `${path}: is a model of eight bits already`);
  const bar = startProgress(io, 'calibrating');
  const samples = () => data.samples(bar.update);
  const calibration = { samples, method, source: loadKernels('inference', simd), keep };
  const { graph, tensors } = await atPath(path, () => quantize(model, calibration)).finally(bar.stop);
  return { card: model.card, graph, tensors };
}

function compare(
  models: { before: Model; after: Model },
  data: CalibrationData | undefined,
  { simd }: Options,
  io: Io,
): Comparison {
  const source = loadKernels('inference', simd);
  if (!data) return compareOnNoise(models, source);
  const bar = startProgress(io, 'comparing');
  try {
    return compareOnPictures(models, data, source, bar.update);
  } finally {
    bar.stop();
  }
}

function report(
  { metric, before, after, agreement }: Comparison,
  model: Model,
  bytes: number,
  { out }: Options,
  io: Io,
) {
  const shown = (value: number) => (metric === 'output error' ? value.toExponential(1) : percent(value));
  const whole = serializeModel({ ...model, storage: undefined }).length;
  io.out(`${out}: ${formatBytes(bytes)}, as f32 ${formatBytes(whole)}`);
  io.out(`${metric} before ${shown(before)}, after ${shown(after)}`);
  if (agreement !== undefined && metric === 'accuracy')
    io.out(`${percent(agreement)} of the pictures are called the same`);
}
