/** The door itself, as a process: any Node, signals, readers that go away. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../cli.ts';

const root = new URL('../../../', import.meta.url).pathname;
const bin = join(root, 'scripts/bin.js');
const digits = join(root, 'models/digits.safetensors');

/** Makes a Node believe that it is of long ago; it goes with the flag, so a child of bin.js is itself again. */
const asNode20 = [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`,
];

/** The environment without the project's own Node in front. */
const env = {
  ...process.env,
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
};

function start(flags: readonly string[], args: readonly string[], door = bin) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, door, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe.each([
  ['this Node', []],
  ['an old Node', asNode20],
])('under %s', (_, flags) => {
  test('verbs answer', () => {
    const { status, stdout, stderr } = start(flags, ['inspect', digits, '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout).parameters).toBe(225_034);
  });

  test.each([
    [['inspect', 'none.safetensors'], 1],
    [['inspect'], 2],
  ])('%j exits with %i', (args, code) => {
    const { status, stdout, stderr } = start(flags, args);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toMatch(/^borde: .*\n$/);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a training in order, its checkpoint stays', async (signal) => {
    const out = join(temporaryFolder(), 'model.safetensors');
    const child = spawn(
      process.execPath,
      [
        ...flags,
        bin,
        'train',
        '--data',
        'mnist',
        '--limit',
        '300',
        '--model',
        'lenet',
        '--epochs',
        '500',
        '--out',
        out,
      ],
      { env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const stderr = text(child);
    while (!existsSync(`${out}.checkpoint`)) await setTimeout(10);
    child.kill(signal);
    child.kill(signal); // as a terminal and npx do together
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(1);
    // It is the process that trains which says this; the pipe closes only when it, too, is gone.
    expect(stderr()).toMatch(/interrupted after \d+ epochs; go on with: borde train --resume/);
    expect(readdirSync(dirname(out))).toEqual(['model.safetensors.checkpoint']);
  });
});

function text(child: ChildProcess): () => string {
  let all = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    all += part;
  });
  return () => all;
}

describe('in a package', () => {
  const installed = () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'scripts'));
    copyFileSync(bin, join(folder, 'scripts/bin.js'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    return folder;
  };

  test('the compiled files are started', () => {
    const folder = installed();
    mkdirSync(join(folder, 'dist-cli'));
    writeFileSync(join(folder, 'dist-cli/borde.js'), `export const main = () => console.log('compiled');`);
    expect(start([], [], join(folder, 'scripts/bin.js'))).toEqual({ status: 0, stdout: 'compiled\n', stderr: '' });
  });

  test('an old Node that has no other beside it is one sentence', () => {
    const { status, stdout, stderr } = start(asNode20, ['--version'], join(installed(), 'scripts/bin.js'));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe('borde: Node 20.1.0 is too old, 22.18 or newer is needed (npm ci brings one along)\n');
  });
});

describe('standard output', () => {
  test('that nobody reads any more is no failure', async () => {
    const child = spawn(process.execPath, [bin, 'inspect', digits, '--plan'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stderr = text(child);
    child.stdout.destroy();
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(stderr()).toBe('');
  });

  test('that cannot be written to is one sentence', () => {
    // A descriptor that is open for reading only: every write to it is refused.
    const stdout = openSync(digits, 'r');
    const { status, stderr } = spawnSync(process.execPath, [bin, 'inspect', digits], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', stdout, 'pipe'],
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^borde: standard output: .*\n$/);
  });
});
