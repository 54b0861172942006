/** A contestant in a process of its own, kept on one core: what a referee starts and asks. The other end is serve.ts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onOneCore } from './peers/machine.ts';

export class Contestant {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  rows: readonly string[] = [];

  private constructor(name: string, process: ChildProcess) {
    this.name = name;
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  /**
   * Nothing where it does not start: a peer that is not installed.
   * @param isLoud whether what it complains of is shown
   */
  static async start(
    name: string,
    command: string,
    args: readonly string[],
    isLoud: boolean,
  ): Promise<Contestant | undefined> {
    const words = [...onOneCore(), command, ...args];
    const contestant = new Contestant(
      name,
      spawn(words[0] as string, words.slice(1), { stdio: ['pipe', 'pipe', isLoud ? 'inherit' : 'ignore'] }),
    );
    const first = (await contestant.#answer()) as { rows: string[] } | undefined;
    if (!first) return undefined;
    contestant.rows = first.rows;
    return contestant;
  }

  /** The next line that is ours: tools that a contestant starts may talk, too. */
  async #answer(): Promise<unknown> {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) return undefined;
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  /** CPU time of one run of a row, the mean of so many, µs. */
  async time(row: string, runs: number): Promise<number> {
    this.#process.stdin?.write(`${JSON.stringify({ row, runs })}\n`);
    const answer = (await this.#answer()) as { us: number } | undefined;
    if (!answer) throw new Error(`${this.name} ended while it ran ${row}`);
    return answer.us;
  }

  stop(): void {
    this.#process.stdin?.end();
  }
}

export interface Turns {
  /** A sample lasts about this long, µs of CPU. */
  readonly sampleUs: number;
  readonly rounds: number;
  readonly leastRuns?: number;
}

/** Best time of each contestant for each row that it has, µs, by `NAME ROW`: they take turns. */
export async function takeTurns(
  list: readonly Contestant[],
  rows: readonly string[],
  { sampleUs, rounds, leastRuns = 5 }: Turns,
): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  const runs = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      for (const contestant of list) {
        if (!contestant.rows.includes(row)) continue;
        const key = `${contestant.name} ${row}`;
        if (!runs.has(key)) {
          const us = await contestant.time(row, 4 * leastRuns);
          runs.set(key, Math.min(Math.max(Math.round(sampleUs / Math.max(us, 1)), leastRuns), 5000));
        }
        const us = await contestant.time(row, runs.get(key) as number);
        best.set(key, Math.min(best.get(key) ?? Number.POSITIVE_INFINITY, us));
      }
    }
  }
  return best;
}
