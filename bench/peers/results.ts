/** What a run of the comparison finds out, before anybody makes a table of it. */

import type { Failure, Score } from './match.ts';
import type { NetworkName } from './models/index.ts';

export interface NetworkResult {
  readonly network: NetworkName;
  readonly macs: number;
  readonly scores: readonly (Score | Failure)[];
}

export interface FirstPrediction {
  readonly network: NetworkName;
  readonly contestant: string;
  /** Medians: from the start of the process, from the start of the import, CPU time of the process. */
  readonly startMs: number;
  readonly importMs: number;
  readonly cpuMs: number;
}

export interface ShippedBytes {
  readonly contestant: string;
  readonly part: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

export interface AlgorithmTime {
  readonly network: NetworkName;
  readonly algorithm: string;
  readonly macs: number;
  readonly ms: number;
}

export interface GrowthPoint {
  /** What grows. */
  readonly axis: 'batch' | 'side' | 'width';
  readonly value: number;
  readonly macs: number;
  readonly ms: number;
  readonly memoryBytes: number;
}

export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly versions: readonly string[];
  /** The best that registers gave in any round, in GFLOP/s. */
  readonly peakGflops: number;
  readonly networks: readonly NetworkResult[];
  readonly firstPredictions: readonly FirstPrediction[];
  readonly shipped: readonly ShippedBytes[];
  readonly algorithms: readonly AlgorithmTime[];
  readonly growth: readonly GrowthPoint[];
}

/** A contestant's score on a network; undefined where it did not run. */
export function scoreOf({ networks }: Results, network: NetworkName, contestant: string): Score | undefined {
  const scores = networks.find((result) => result.network === network)?.scores ?? [];
  const found = scores.find((score) => score.contestant === contestant);
  return found && 'minMs' in found ? found : undefined;
}
