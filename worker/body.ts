/** Reading bodies: a limit for each, with or without a declared length, within the isolate's memory. */
import type { Context } from 'hono';
import { EngineError } from '../engine/errors.ts';
import type { AppEnv } from './bindings.ts';
import type { MemoryBudget, Take } from './memory.ts';
import { HttpError } from './problem.ts';

/**
 * Reads the whole body.
 * @param work what is done with it: the bytes count against the isolate's memory until it is over, and so does what it takes
 *   beside them
 * @throws EngineError `limit-exceeded`; HttpError `unsupported-encoding`, `busy`
 */
export async function withBody<T>(c: Context<AppEnv>, work: (bytes: Uint8Array, take: Take) => Promise<T>): Promise<T> {
  const { bodyBytes } = c.var.settings.limits;
  const encoding = c.req.header('content-encoding') ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') {
    throw new HttpError('unsupported-encoding', 'the body is compressed (Content-Encoding); send it as it is');
  }
  if (Number(c.req.header('content-length') ?? 0) > bodyBytes) throw tooLarge(bodyBytes);
  return c.var.memory.lend('body', async (take) =>
    work(await readStream(c.req.raw.body, bodyBytes, take, c.var.memory), take),
  );
}

async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
  take: Take,
  memory: MemoryBudget,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    await take(chunk.length);
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  await memory.wait(() => memory.hasRoom(length) || undefined); // for a moment there are two of it
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

const tooLarge = (limit: number) => new EngineError('limit-exceeded', `the body is larger than ${limit} bytes`);
