/** Processes that this one has started, and what they have cost: how work in workerd is measured (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

const parentOf = (pid: string): string | undefined => {
  try {
    return /\nPPid:\t(\d+)\n/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined; // it has ended meanwhile
  }
};

/** All below this process. */
export function descendants(): readonly string[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .map((pid) => [pid, parentOf(pid)]),
  );
  const isBelow = (pid: string | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === String(process.pid) || isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow);
}

/** CPU time of all threads of a process, in ms; the first number of schedstat is nanoseconds on a processor. */
export const cpuMsOf = (pid: string): number =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  );

export const cpuMsOfDescendants = (): number => descendants().reduce((sum, pid) => sum + cpuMsOf(pid), 0);
