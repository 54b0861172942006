/**
 * The settings of a training run, in one table: flags, defaults, the canonical command of a model's provenance and the
 * check of a resumed run all come from it.
 */
import * as v from 'valibot';
import { type OptimizerName, optimizers } from '../../engine/training/optimizer.ts';
import { type ScheduleName, schedules } from '../../engine/training/schedule.ts';
import type { SimdChoice } from '../kernels.ts';

const names = <T extends string>(table: Record<T, unknown>) => Object.keys(table) as [T, ...T[]];
const whole = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const real = (min: number, max: number) => v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));

/** What decides the trained weights, and nothing else: no paths beside the data's, no thread count. */
export const settingsSchema = v.strictObject({
  data: v.string(),
  model: v.string(),
  epochs: whole(1, 100_000),
  batch: whole(1, 65_536),
  lr: v.pipe(real(0, 1000), v.gtValue(0)),
  optimizer: v.picklist(names<OptimizerName>(optimizers)),
  schedule: v.picklist(names<ScheduleName>(schedules)),
  weightDecay: real(0, 100),
  labelSmoothing: v.pipe(real(0, 1), v.ltValue(1)),
  earlyStop: v.optional(whole(1)),
  size: v.optional(v.strictTuple([whole(1, 4096), whole(1, 4096)])),
  channels: v.optional(v.picklist(['gray', 'RGB'])),
  limit: v.optional(whole(1)),
  /** A pipeline aug/1: the name of its file, and the document, so that a resumed run needs no file. */
  augment: v.optional(v.strictObject({ name: v.string(), document: v.unknown() })),
  mixup: v.optional(v.pipe(real(0, 100), v.gtValue(0))),
  seed: whole(0),
  /** The build that computed: fused and unfused multiply-adds give different bits. */
  simd: v.picklist(['baseline', 'relaxed']),
});

export type TrainSettings = v.InferOutput<typeof settingsSchema>;

/** What a user may leave open. The rate's default depends on the optimiser, the build's on the machine. */
export type GivenSettings = Partial<Omit<TrainSettings, 'simd'>> & { readonly simd?: SimdChoice };

const defaults = {
  epochs: 5,
  batch: 64,
  optimizer: 'adam',
  schedule: 'cosine',
  weightDecay: 0,
  labelSmoothing: 0,
  seed: 1,
} as const satisfies GivenSettings;

export const settingDefaults = defaults;

/** Flag of a setting: `weightDecay` → `--weight-decay`. */
export const flagOf = (setting: string): string =>
  `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Fills in defaults. `simd` is the build that was loaded. */
export function completeSettings(given: GivenSettings, simd: TrainSettings['simd']): TrainSettings {
  const optimizer = given.optimizer ?? defaults.optimizer;
  return v.parse(settingsSchema, { ...defaults, lr: optimizers[optimizer].learningRate, ...given, simd });
}

/**
 * The command that makes these weights again: verb, data, architecture, hyper-parameters and seed in the order of the
 * schema. Folders and paths are left out, so that the same training gives the same file wherever it ran.
 */
export function canonicalCommand(settings: TrainSettings): string {
  const text = (value: unknown) => (Array.isArray(value) ? value.join(',') : String(value));
  const flags = Object.keys(settingsSchema.entries).flatMap((key) => {
    const value = settings[key as keyof TrainSettings];
    if (value === undefined) return [];
    if (key === 'data') return `--data ${settings.data.split(':')[0]}`;
    if (key === 'augment') return `--augment ${settings.augment?.name}`;
    if (key === 'model') return `--model ${settings.model.split(/[\\/]/).at(-1)}`;
    return `${flagOf(key)} ${text(value)}`;
  });
  return ['borde train', ...flags].join(' ');
}

/**
 * The first flag that contradicts a checkpoint's settings, as a sentence; undefined where none does. The data's folder
 * may have moved.
 */
export function contradiction(given: GivenSettings, saved: TrainSettings): string | undefined {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || (key === 'simd' && value === 'auto')) continue;
    const before = saved[key as keyof TrainSettings];
    const isSame =
      key === 'data'
        ? String(value).split(':')[0] === saved.data.split(':')[0]
        : JSON.stringify(value) === JSON.stringify(before);
    if (!isSame && key === 'augment')
      return `--augment ${(value as { name: string }).name} is not the checkpoint's pipeline`;
    if (!isSame) {
      return `${flagOf(key)} ${JSON.stringify(value)} contradicts the checkpoint, which was started with ${JSON.stringify(before) ?? 'none'}`;
    }
  }
  return undefined;
}
