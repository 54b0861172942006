/** The peers are no dependency of the project: they are installed when somebody measures, from bench's own lock file. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = new URL('../', import.meta.url);

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;
}

const readLock = (name: string): Lock['packages'] => {
  try {
    return (JSON.parse(readFileSync(new URL(name, bench), 'utf8')) as Lock).packages;
  } catch {
    return {};
  }
};

/** npm keeps a copy of the lock file in what it has installed. */
const installed = () => readLock('node_modules/.package-lock.json');

function isStale(): boolean {
  const there = installed();
  return Object.entries(readLock('package-lock.json')).some(([path, { version, optional }]) => {
    const found = there[path]?.version;
    return path !== '' && found !== version && !(optional && found === undefined);
  });
}

/**
 * Runs `npm ci` in bench/ where what is installed is not what the lock file says. No package's script runs: the one of
 * onnxruntime-node would fetch a build for graphics cards.
 * @throws Error where npm fails
 */
export function installPeers(note: (text: string) => void): void {
  if (!isStale()) return;
  note('bench/node_modules is missing or stale: npm ci --prefix bench');
  const { status } = spawnSync('npm', ['ci', '--prefix', fileURLToPath(bench), '--ignore-scripts'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' },
  });
  if (status !== 0) throw new Error(`npm ci --prefix bench ended with ${status}: the peers are not there`);
}

/** `onnxruntime-web 1.30.0`; undefined where it is not installed. */
export function versionOf(name: string): string | undefined {
  const version = installed()[`node_modules/${name}`]?.version;
  return version && `${name} ${version}`;
}
