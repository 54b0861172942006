#!/usr/bin/env node
// The door of the command line, in plain JavaScript so that any Node can read it: finds a Node that runs TypeScript
// (22.18 or newer; the project's own comes with npm ci) and starts borde.ts under it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
if (runsTypeScript) {
  const { main } = await import('./borde.ts');
  await main();
} else {
  const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(own)) {
    console.error(
      `borde: Node ${process.versions.node} is too old, 22.18 or newer is needed (npm ci brings one along)`,
    );
    process.exit(1);
  }
  process.on('SIGINT', () => {}); // the child decides what an interruption means
  const { status, signal } = spawnSync(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(signal ? 1 : (status ?? 1));
}
