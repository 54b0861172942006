/** The in-register peak as a contestant: timed in the same rounds as the networks, so that the machine is as busy. */
import type { Contestant } from '../contestants/contestant.ts';
import { peakModule } from './module.ts';

/** What one "run" of it computes. */
export const PEAK_FLOPS = 100e6;

export const peak: Contestant = {
  load: async (_, { simd }) => {
    const relaxedModule = peakModule(true);
    const isRelaxed = simd !== 'baseline' && WebAssembly.validate(relaxedModule.bytes);
    const { bytes, flopsPerRound } = isRelaxed ? relaxedModule : peakModule(false);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    const run = exports.run as (rounds: number) => number;
    const rounds = Math.round(PEAK_FLOPS / flopsPerRound / 8) * 8;
    return {
      run: async (times) => {
        let y = 0;
        for (let i = 0; i < times; i++) y = run(rounds);
        return Float32Array.of(y);
      },
    };
  },
};
