/**
 * The loop of a contestant in a process of its own: a line `{"row": …, "runs": N}` comes in, a line with the CPU time of a run
 * in µs goes out. What a contestant cannot do it leaves out of its table.
 */
import { createInterface } from 'node:readline';

export type Run = () => unknown;

/** Runs so many times. @returns µs a run, where the contestant knows better than this process's CPU time */
export type Runs = (runs: number) => Promise<number | undefined>;

/** Answers until nobody asks any more. */
export async function serve(table: Readonly<Record<string, Run>>): Promise<void> {
  const repeated = Object.entries(table).map(([row, run]): [string, Runs] => [
    row,
    async (runs) => {
      for (let i = 0; i < runs; i++) await run();
      return undefined;
    },
  ]);
  await serveRuns(Object.fromEntries(repeated));
}

/** The same for contestants that do not run in this process. */
export async function serveRuns(table: Readonly<Record<string, Runs>>): Promise<void> {
  console.log(JSON.stringify({ rows: Object.keys(table) }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { row, runs } = JSON.parse(line) as { row: string; runs: number };
    const run = table[row] as Runs;
    await run(1);
    const start = process.cpuUsage();
    const known = await run(runs);
    const { user, system } = process.cpuUsage(start);
    console.log(JSON.stringify({ us: known ?? (user + system) / runs }));
  }
}
