/**
 * The worker's entry, and the only file that imports what is no code: kernels, decoder and the embedded model come as
 * modules and data of the bundle, and the app is made of them once an isolate.
 */
import { env } from 'cloudflare:workers';
import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import relaxed from '../build/inference.relaxed.wasm';
import baseline from '../build/inference.wasm';
import trainingRelaxed from '../build/training.relaxed.wasm';
import trainingBaseline from '../build/training.wasm';
import { createCodecs } from '../engine/image/codec.ts';
import digits from '../models/digits.safetensors';
import { createApp } from './app.ts';
import type { Bindings } from './bindings.ts';
import { chooseKernels } from './kernels.ts';
import { staticModels } from './model-source.ts';
import { settingsFrom } from './settings.ts';

const bindings = env as Bindings;
const settings = settingsFrom(bindings);

const app = createApp({
  kernels: {
    inference: chooseKernels({ baseline, relaxed }),
    training: chooseKernels({ baseline: trainingBaseline, relaxed: trainingRelaxed }),
  },
  codecs: createCodecs({ jpegDecoder, limits: settings.limits.image }),
  models: { embedded: { digits: new Uint8Array(digits) }, assets: staticModels(bindings.ASSETS) },
  settings,
});

export default { fetch: app.fetch } satisfies ExportedHandler<Bindings>;
