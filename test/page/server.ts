/** A static file server as small as can be, with the headers that `_headers` asks of Workers static assets. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers a request in place of a file. */
export type Handler = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Serves a folder on a free port; `handlers` answer paths that begin with their key. */
export async function servePage(folder: string, handlers: Readonly<Record<string, Handler>> = {}): Promise<PageServer> {
  const rules = parseHeaders(await readFile(join(folder, '_headers'), 'utf8'));
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url as string, 'http://localhost');
    const handler = Object.entries(handlers).find(([prefix]) => pathname.startsWith(prefix))?.[1];
    if (handler) return handler(request, Buffer.concat(await request.toArray()), response);
    const path = pathname === '/' ? '/index.html' : normalize(pathname);
    const data = await readFile(join(folder, path)).catch(() => undefined);
    for (const { prefix, name, value } of rules) if (path.startsWith(prefix)) response.setHeader(name, value);
    response.setHeader('content-type', contentTypes[extname(path)] ?? 'application/octet-stream');
    response.writeHead(data ? 200 : 404).end(data);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface HeaderRule {
  readonly prefix: string;
  readonly name: string;
  readonly value: string;
}

/** Reads `_headers`: a line with a path that may end in `*`, then indented `Name: value` lines. */
export function parseHeaders(text: string): readonly HeaderRule[] {
  const rules: HeaderRule[] = [];
  let prefix = '';
  for (const line of text.split('\n').filter((line) => line.trim())) {
    const match = /^\s+([\w-]+):\s*(.+)$/.exec(line);
    if (match) rules.push({ prefix, name: match[1] as string, value: match[2] as string });
    else prefix = line.trim().replace(/\*$/, '');
  }
  return rules;
}
