/** The pipeline of a training run, from its settings. */
import { compilePipeline, PIPELINE_FORMAT, type Pipeline } from '../../../engine/augment/pipeline.ts';
import { EngineError } from '../../../engine/errors.ts';
import type { Preprocess } from '../../../engine/image/preprocess.ts';
import type { TrainSettings } from '../settings.ts';

/** `--augment`'s document, with `--mixup` at its end; nothing where neither was given. */
export function trainingDocument({ augment, mixup }: Pick<TrainSettings, 'augment' | 'mixup'>): unknown {
  if (mixup === undefined) return augment?.document;
  const node = { type: 'mixup', alpha: mixup };
  const document = (augment?.document ?? { format: PIPELINE_FORMAT, pipeline: { type: 'compose', children: [] } }) as {
    readonly pipeline: { readonly type?: unknown; readonly children?: readonly unknown[] };
  };
  const { pipeline } = document;
  const isPlain = pipeline.type === 'compose' && !('p' in pipeline);
  const children = isPlain ? (pipeline.children ?? []) : [pipeline];
  return { ...document, pipeline: { ...(isPlain ? pipeline : {}), type: 'compose', children: [...children, node] } };
}

/** @param document as trainingDocument has it @throws EngineError `invalid-pipeline` */
export function trainingPipeline(document: unknown, channels: number): Pipeline | undefined {
  return document === undefined ? undefined : compilePipeline(document, { channels, type: 'u8', training: true });
}

/** The pre-processing that `normalize` asks for. @throws EngineError `shape-mismatch` for another number of channels */
export function normalized(preprocess: Preprocess, { normalize }: Pipeline): Preprocess {
  if (!normalize) return preprocess;
  const channels = preprocess.mean.length;
  const value = (key: string) => normalize.draws[key]?.(undefined as never, { width: 0, height: 0 });
  const perChannel = (key: 'mean' | 'std') => {
    const list = value(key) as readonly number[];
    if (list.length !== 1 && list.length !== channels) {
      throw new EngineError(
        'shape-mismatch',
        `normalize has ${list.length} numbers of ${key}, the pictures ${channels} channels`,
      );
    }
    return Array.from({ length: channels }, (_, i) => list[list.length === 1 ? 0 : i] as number);
  };
  return { ...preprocess, scale: value('scale') as number, mean: perChannel('mean'), std: perChannel('std') };
}
