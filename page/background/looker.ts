/** What the background thread does: holds one photo and the models that were loaded, and asks them. */
import { DRAWN_SIDE, enlarged } from '../../engine/drawing/enlarge.ts';
import { drawHeatMap } from '../../engine/drawing/heat-map.ts';
import { EngineError } from '../../engine/errors.ts';
import { encodePng } from '../../engine/image/png-encode.ts';
import type { Preprocess } from '../../engine/image/preprocess.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import { parseModel } from '../../engine/model-file.ts';
import { Explainer } from '../../engine/tasks/explain.ts';
import type { Answer } from '../../engine/tasks/index.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import { loadKernels } from '../kernels.ts';
import { type Decoded, decodePhoto } from '../photo.ts';
import { parseServerTiming } from '../server-timing.ts';
import { answerOptions, type TaskKind } from '../vision/findings.ts';
import { modelUrl } from '../vision/models.ts';
import { predictUrl, refusal } from '../worker-answer.ts';
import type { Calls, Look, Opened, Progress, Ready, Reason, Why, WorkerLook } from './calls.ts';
import { download } from './download.ts';
import { findingsOf } from './read-answer.ts';
import { loadTrainingKernels } from './training-kernels.ts';

/** Longer side that the network's own resizing begins with: four times what any of the networks sees. */
const MAX_SIDE = 1280;

/** What the worker takes by default (worker/settings.ts); a file beyond it is sent as a PNG of what was looked at here. */
const MAX_SENT_BYTES = 32 * 2 ** 20;
const MAX_SENT_PIXELS = 16_000_000;

/** The first runs make the plan and let the browser compile; their times say nothing about later ones. */
const WARM_UP_RUNS = 3;

interface Loaded {
  readonly kind: TaskKind;
  readonly predictor: Predictor;
  readonly bytes: number;
  explainer?: Explainer;
}

type Async<T> = {
  [Name in keyof T]: T[Name] extends (argument: infer A) => infer R ? (argument: A) => Promise<R> : never;
};

interface Photo extends Decoded {
  readonly file: Blob;
}

export class Looker implements Async<Calls> {
  private readonly report: (progress: Progress) => void;
  private readonly models = new Map<string, Promise<Loaded>>();
  private kernels: Promise<KernelSource> | undefined;
  private training: Promise<KernelSource> | undefined;
  private photo: Photo | undefined;

  constructor(report: (progress: Progress) => void) {
    this.report = report;
  }

  // Called by name, so they are properties that know what they belong to.

  open = async (file: Blob): Promise<Opened> => {
    const start = performance.now();
    const decoded = await decodePhoto(file, MAX_SIDE).catch((error: Error) => {
      throw new EngineError('invalid-image', error.message);
    });
    const decodeMs = performance.now() - start;
    this.photo = { ...decoded, file };
    return { width: decoded.width, height: decoded.height, decodeMs };
  };

  load = async (model: string): Promise<Ready> => {
    const { bytes } = await this.loaded(model);
    return { bytes };
  };

  look = async (model: string): Promise<Look> => {
    const { kind, predictor } = await this.loaded(model);
    const { image } = this.opened();
    const marks = [performance.now()];
    const mark = <T>(value: T): T => {
      marks.push(performance.now());
      return value;
    };
    const input = mark(predictor.prepare(image));
    const outputs = mark(predictor.run(input));
    const answer = mark(predictor.answer(outputs, image, answerOptions(kind)));
    const [preprocess, run, postprocess] = marks.slice(1).map((end, i) => end - (marks[i] as number));
    return { findings: findingsOf(kind, answer, image), times: { preprocess, run, postprocess } };
  };

  ask = async (model: string): Promise<WorkerLook> => {
    const { kind } = await this.loaded(model);
    const photo = this.opened();
    const isAsItIs = await canBeSent(photo);
    const body = isAsItIs ? photo.file : new Blob([encodePng(photo.image) as Uint8Array<ArrayBuffer>]);
    const { topK, threshold } = answerOptions(kind) as { readonly topK?: number; readonly threshold?: number };
    const query = topK === undefined ? '' : `?top_k=${topK}&threshold=${threshold}`;
    const start = performance.now();
    const response = await fetch(predictUrl(model) + query, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body,
    }).catch((error: Error) => {
      throw new EngineError('unavailable', error.message);
    });
    const answer: unknown = await response.json().catch(() => undefined);
    const roundTripMs = performance.now() - start;
    if (!response.ok || answer === undefined) throw new EngineError('unavailable', refusal(response, answer).message);
    const findings = findingsOf(kind, answer as Answer, isAsItIs ? photo : photo.image);
    const times = parseServerTiming(response.headers.get('server-timing'));
    return { findings, times, roundTripMs, bytes: body.size };
  };

  explain = async ({ model, label, image }: Why): Promise<Reason> => {
    const loaded = await this.loaded(model);
    loaded.explainer ??= new Explainer(loaded.predictor, await this.trainingKernels());
    const picture = image ?? this.opened().image;
    const start = performance.now();
    const { shape, data, layer } = loaded.explainer.explain(picture, { class: label });
    const milliseconds = performance.now() - start;
    const spec = loaded.predictor.model.card.preprocess as Preprocess; // the predictor refuses a model without
    return { image: drawHeatMap(enlarged(picture, DRAWN_SIDE), { shape, data }, spec), layer, milliseconds };
  };

  private trainingKernels(): Promise<KernelSource> {
    this.training ??= loadTrainingKernels();
    this.training.catch(() => {
      this.training = undefined;
    });
    return this.training;
  }

  private opened(): Photo {
    if (!this.photo) throw new EngineError('invalid-image', 'no photo is open');
    return this.photo;
  }

  /** A model that could not be loaded is tried again the next time. */
  private loaded(name: string): Promise<Loaded> {
    let loading = this.models.get(name);
    if (!loading) {
      loading = this.fetchModel(name);
      this.models.set(name, loading);
      loading.catch(() => this.models.delete(name));
    }
    return loading;
  }

  private async fetchModel(name: string): Promise<Loaded> {
    this.kernels ??= loadKernels();
    this.kernels.catch(() => {
      this.kernels = undefined;
    });
    const file = await download(modelUrl(name), (received, total) => this.report({ model: name, received, total }));
    const model = parseModel(file);
    const predictor = new Predictor(model, await this.kernels);
    const kind = model.card.task?.kind as TaskKind; // the predictor refuses a model without
    const gray = { width: 1, height: 1, channels: 1, data: new Uint8Array([128]) } as const;
    for (let run = 0; run < WARM_UP_RUNS; run++) predictor.predict(gray);
    return { kind, predictor, bytes: file.length };
  }
}

/** PNG and JPEG are sent as they are: what the worker reads, and small enough for it. */
async function canBeSent({ file, width, height }: Photo): Promise<boolean> {
  if (file.size > MAX_SENT_BYTES || width * height > MAX_SENT_PIXELS) return false;
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return [
    [0x89, 0x50, 0x4e, 0x47],
    [0xff, 0xd8, 0xff],
  ].some((signature) => signature.every((byte, i) => start[i] === byte));
}
