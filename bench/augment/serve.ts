/**
 * The loop of a contestant in a process of its own: a line `{"row": …, "runs": N}` comes in, a line with the CPU time of a run
 * in µs goes out. What a contestant cannot do it leaves out of its table.
 */
import { createInterface } from 'node:readline';

export type Run = () => unknown;

/** The same pixels for everybody: smooth parts, edges and noise. [H,W,3] u8. */
export function photo(width: number, height: number): Uint8Array {
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 27;
  };
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    return Math.min(((x * y) >> 7) + ((x >> 5) % 2) * 60 + 40 * (i % 3) + noise(), 255);
  });
}

export async function serve(table: Readonly<Record<string, Run>>): Promise<void> {
  console.log(JSON.stringify({ rows: Object.keys(table) }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { row, runs } = JSON.parse(line) as { row: string; runs: number };
    const run = table[row] as Run;
    await run();
    const start = process.cpuUsage();
    for (let i = 0; i < runs; i++) await run();
    const { user, system } = process.cpuUsage(start);
    console.log(JSON.stringify({ us: (user + system) / runs }));
  }
}
