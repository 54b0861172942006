/** What both builds of ONNX Runtime have in common: one session, one thread, every rewriting of the graph allowed. */
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { onnxFile, readInputChannelsFirst } from '../prepared.ts';
import type { Contestant } from './contestant.ts';

const ERRORS_ALONE = 3;

/** The part of the interface that both packages have. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

export const onnxruntime =
  ({ InferenceSession, Tensor }: Runtime, provider: 'wasm' | 'cpu'): Contestant['load'] =>
  async (folder) => {
    const session = await InferenceSession.create(onnxFile(folder), {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      freeDimensionOverrides: { N: 1 },
      logSeverityLevel: ERRORS_ALONE,
    });
    const { shape, data } = readInputChannelsFirst(folder);
    const [input, output] = [session.inputNames[0] as string, session.outputNames[0] as string];
    const feeds = { [input]: new Tensor('float32', data, shape) };
    return {
      run: async (times) => {
        for (let i = 1; i < times; i++) await session.run(feeds);
        return (await session.run(feeds))[output]?.data as Float32Array;
      },
      close: () => session.release(),
    };
  };
