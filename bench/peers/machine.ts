/** The machine that is measured on: what it is, and how a process is kept on one of its cores. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The last core that this process may run on; undefined where that cannot be found out. */
function lastCore(): string | undefined {
  try {
    return /Cpus_allowed_list:.*?(\d+)\s*$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  } catch {
    return undefined; // no Linux
  }
}

const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** What to put before a command so that it stays on one core; nothing where there is no taskset. */
export function onOneCore(): readonly string[] {
  const core = lastCore();
  return hasTaskset && core !== undefined ? ['taskset', '-c', core] : [];
}

/** One line on the machine. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const pinned = onOneCore().length > 0 ? 'pinned to one core' : 'not pinned (no taskset)';
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${pinned}; Node ${process.versions.node}, V8 ${process.versions.v8}`;
}
