/**
 * All contestants in turn: A B C, B C A, C A B … Each round times every contestant once, so that whatever else the
 * machine does falls on all alike; the minimum over rounds is what the code costs when it is left alone.
 */
import type { SimdChoice } from '../../scripts/kernels.ts';
import { Child } from './child.ts';
import type { ContestantName } from './contestants/index.ts';
import type { Sample } from './messages.ts';

/** A clock tick or a cache miss has to be lost in a sample. */
const SAMPLE_MS = 25;
/** In workerd a sample is a request: that has to be lost in it, too. */
const REQUEST_MS = 300;
/** By then every function that matters is compiled by the optimising tier. */
const WARM_UP_MS = 700;
const WARM_UP_RUNS = 5;

export interface Score {
  readonly contestant: ContestantName;
  /** CPU time of a run. */
  readonly minMs: number;
  readonly medianMs: number;
  readonly wallMinMs: number;
  /** The largest difference from our output, in parts of our largest output. */
  readonly difference: number;
  readonly memoryBytes: number | undefined;
}

export interface Failure {
  readonly contestant: ContestantName;
  readonly failure: string;
}

/** Who plays, and on which prepared model. */
export interface Entrant {
  readonly contestant: ContestantName;
  readonly folder: string;
}

export interface MatchOptions {
  readonly rounds: number;
  readonly simd: SimdChoice;
}

interface Player {
  readonly child: Child;
  readonly samples: Sample[];
  output: Float32Array;
  memoryBytes: number | undefined;
  /** Runs in a sample. */
  times: number;
}

/**
 * Plays all rounds. A contestant that cannot load is a failure with its own words, and the others go on.
 * @returns those who played in the order of `entrants`, then the failures
 */
export async function match(
  entrants: readonly Entrant[],
  options: MatchOptions,
): Promise<readonly (Score | Failure)[]> {
  const players: Player[] = [];
  const failures: Failure[] = [];
  try {
    for (const { contestant, folder } of entrants) {
      const child = new Child(contestant);
      try {
        await child.load(folder, options.simd);
        players.push(await warmUp(child));
      } catch (error) {
        failures.push({ contestant, failure: error instanceof Error ? error.message : String(error) });
        await child.close();
      }
    }
    for (let round = 0; round < options.rounds; round++) {
      for (let turn = 0; turn < players.length; turn++) await play(players[(round + turn) % players.length] as Player);
    }
    const ours = players.find(({ child }) => child.name === 'borde') ?? players[0];
    return [...players.map((player) => score(player, ours?.output ?? new Float32Array())), ...failures];
  } finally {
    await Promise.all(players.map(({ child }) => child.close()));
  }
}

async function warmUp(child: Child): Promise<Player> {
  const sampleMs = child.name.startsWith('workerd') ? REQUEST_MS : SAMPLE_MS;
  let ran = await child.run(1);
  let runs = 1;
  const start = performance.now();
  while (runs < WARM_UP_RUNS || performance.now() - start < WARM_UP_MS) {
    const times = Math.max(1, Math.round(sampleMs / Math.max(0.01, ran.sample.wallMs)));
    ran = await child.run(times);
    runs += times;
  }
  const times = Math.max(1, Math.ceil(sampleMs / ran.sample.cpuMs));
  return { child, samples: [], output: ran.output, memoryBytes: ran.memoryBytes, times };
}

async function play(player: Player): Promise<void> {
  const { sample, output, memoryBytes } = await player.child.run(player.times);
  player.samples.push(sample);
  player.output = output;
  player.memoryBytes = memoryBytes;
}

function score({ child, samples, output, memoryBytes }: Player, ours: Float32Array): Score {
  const cpu = samples.map(({ cpuMs }) => cpuMs).toSorted((a, b) => a - b);
  return {
    contestant: child.name,
    minMs: cpu[0] as number,
    medianMs: cpu[cpu.length >> 1] as number,
    wallMinMs: Math.min(...samples.map(({ wallMs }) => wallMs)),
    difference: child.name === 'peak' ? 0 : relativeDifference(output, ours),
    memoryBytes,
  };
}

/** max |y − ours| / max |ours|; infinite where lengths differ or a number is none. */
export function relativeDifference(y: Float32Array, ours: Float32Array): number {
  if (y.length !== ours.length) return Number.POSITIVE_INFINITY;
  const largest = ours.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = y.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] as number))), 0);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / largest;
}
