/** Fetching a file whose progress is to be seen. */
import { EngineError } from '../../engine/errors.ts';

/** Bytes between two reports: a bar moves, and the page is not flooded. */
const REPORT_BYTES = 128 * 1024;

/**
 * Fetches a file whole.
 * @param onProgress called with what has arrived, and with the file's length where the server says it
 * @throws EngineError `unavailable` with the status, or where the connection breaks
 */
export async function download(
  url: string,
  onProgress: (received: number, total: number | undefined) => void,
): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: Error) => {
    throw new EngineError('unavailable', `${url}: ${error.message}`);
  });
  if (!response.ok || !response.body) {
    throw new EngineError('unavailable', `${url}: expected a file, got HTTP ${response.status}`);
  }
  // A compressed answer's length is not the file's.
  const isPlain = !response.headers.has('content-encoding');
  const length = Number(response.headers.get('content-length'));
  const total = isPlain && length > 0 ? length : undefined;
  const chunks: Uint8Array[] = [];
  let [received, reported] = [0, 0];
  onProgress(0, total);
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: Error) => {
      throw new EngineError('unavailable', `${url}: ${error.message} after ${received} bytes`);
    });
    if (done) break;
    chunks.push(value);
    received += value.length;
    if (received - reported < REPORT_BYTES) continue;
    reported = received;
    onProgress(received, total);
  }
  onProgress(received, total);
  const file = new Uint8Array(received);
  let offset = 0;
  for (const chunk of chunks) {
    file.set(chunk, offset);
    offset += chunk.length;
  }
  return file;
}
