/** `npm start`: the worker on this machine, with what to open and what to send it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const port = process.env.PORT ?? '8787';
const root = fileURLToPath(new URL('../', import.meta.url));

const help = `
borde serves on http://localhost:${port}

  open   http://localhost:${port}            draw a digit, watch the layers
         http://localhost:${port}/#photo     drop a photo, see what is found in it
         http://localhost:${port}/docs       every route
  try    curl http://localhost:${port}/v1/models
         curl -F image=@examples/seven.png http://localhost:${port}/v1/models/digits/predict
  stop   Ctrl-C
`;

// The wrangler of node_modules/.bin runs under this very Node, which is new enough for it.
const wrangler = fileURLToPath(new URL('../node_modules/wrangler/bin/wrangler.js', import.meta.url));
const server = spawn(process.execPath, [wrangler, 'dev', '--local', '--ip', '127.0.0.1', '--port', port], {
  cwd: root,
  stdio: ['inherit', 'pipe', 'inherit'],
  env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' },
});

let isReady = false;
server.stdout.on('data', (chunk: Buffer) => {
  process.stdout.write(chunk);
  if (!isReady && chunk.includes('Ready on')) {
    isReady = true;
    process.stdout.write(help);
  }
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));
server.on('exit', (code) => process.exit(code ?? 0));
