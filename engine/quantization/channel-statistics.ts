/** What calibration learns of each channel of a value: how far it reaches, and its mean. */
import { type Graph, inferShapes, type Reference } from '../graph.ts';
import type { KernelSource } from '../kernels.ts';
import type { Program } from '../passes/index.ts';
import { Session } from '../session.ts';
import type { CalibrationSample } from './calibrate.ts';

export interface ChannelStatistics {
  /** The largest magnitude of each channel, the last axis. */
  readonly reach: Float32Array;
  readonly mean: Float64Array;
}

type Samples = () => AsyncIterable<CalibrationSample> | Iterable<CalibrationSample>;

/** Runs the program in f32 on all samples. */
export async function channelStatistics(
  program: Program,
  values: readonly Reference[],
  source: KernelSource,
  samples: Samples,
): Promise<ReadonlyMap<Reference, ChannelStatistics>> {
  const { graph } = program;
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const session = new Session(program, source, { taps: values.filter((value) => !inputs.has(value)) });
  const found = new Map(values.map((value) => [value, emptyStatistics(graph, value)]));
  let count = 0;
  for await (const sample of samples()) {
    const results = session.run(sample);
    for (const [value, { reach, mean }] of found) {
      const data = (inputs.has(value) ? sample[value] : results[value]?.data) as Float32Array;
      const channels = reach.length;
      const share = channels / data.length;
      for (let i = 0; i < data.length; ) {
        for (let channel = 0; channel < channels; channel++, i++) {
          const each = data[i] as number;
          const magnitude = Math.abs(each);
          if (magnitude > (reach[channel] as number)) reach[channel] = magnitude;
          mean[channel]! += each * share;
        }
      }
    }
    count++;
  }
  for (const { mean } of found.values()) {
    for (let channel = 0; channel < mean.length; channel++) mean[channel]! /= Math.max(count, 1);
  }
  return found;
}

function emptyStatistics(graph: Graph, value: Reference): ChannelStatistics {
  const channels = inferShapes(graph, 1).of(value).at(-1) ?? 1;
  return { reach: new Float32Array(channels), mean: new Float64Array(channels) };
}
