/**
 * The background thread: it decodes photos, loads models and runs them, so that the page goes on moving meanwhile. A bundle
 * of its own, fetched when the photo view is first opened.
 */
import { EngineError } from '../engine/errors.ts';
import type { CallMessage, ReplyMessage } from './background/calls.ts';
import { Looker } from './background/looker.ts';

/** What a dedicated worker's global scope has; TypeScript's library for pages does not know it. */
interface Scope {
  postMessage(message: ReplyMessage): void;
  onmessage: ((event: MessageEvent<CallMessage>) => void) | null;
}

const scope = globalThis as unknown as Scope;
const looker = new Looker((progress) => scope.postMessage({ progress }));

scope.onmessage = async ({ data: { id, name, argument } }) => {
  try {
    const result = await (looker[name] as (argument: unknown) => unknown)(argument);
    scope.postMessage({ id, result });
  } catch (error) {
    const code = error instanceof EngineError ? error.code : 'unavailable';
    scope.postMessage({ id, error: { code, message: error instanceof Error ? error.message : String(error) } });
  }
};
