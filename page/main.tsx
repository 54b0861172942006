/** Where the page begins: it is drawn at once, and comes to life when kernels and model have arrived. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { EngineError } from '../engine/errors.ts';
import { type Model, parseModel } from '../engine/model-file.ts';
import { hasSimd } from '../engine/simd-probe.ts';
import { App } from './components/app.tsx';
import { loadKernels } from './kernels.ts';
import { Network } from './network.ts';
import { fail, network, picture } from './state.ts';
import { view } from './view.ts';
import './style.css';
import './photo.css';

/** The model that reads digits; the worker answers under the same name. */
const MODEL = 'digits';

async function loadModel(url: string): Promise<Model> {
  const response = await fetch(url);
  if (!response.ok)
    throw new EngineError('invalid-model', `${url}: expected a model file, got HTTP ${response.status}`);
  return parseModel(new Uint8Array(await response.arrayBuffer()));
}

async function start(): Promise<void> {
  if (!hasSimd()) return fail('simd', 'WebAssembly.validate refuses a module with v128.bitselect');
  const model = loadModel(`/models/${MODEL}.safetensors`);
  model.catch(() => {}); // awaited below, perhaps after the kernels have failed
  try {
    const kernels = await loadKernels();
    const started = new Network(await model.catch(loadingFailed), kernels);
    started.warmUp(picture.value);
    network.value = started;
  } catch (error) {
    fail(error instanceof LoadingFailed ? 'model' : 'other', error);
  }
}

/** Tells a missing or broken model file from everything else that may go wrong. */
class LoadingFailed extends Error {}

function loadingFailed(error: unknown): never {
  throw new LoadingFailed((error as Error).message);
}

render(<App model={MODEL} />, document.getElementById('app') as HTMLElement);
// The digits' network is fetched when their view is first shown.
const stop = effect(() => {
  if (view.value !== 'digits') return;
  void start();
  queueMicrotask(() => stop());
});
