/** The page's end of the background thread, which starts with the first call. */
import { EngineError, type ErrorCode } from '../../engine/errors.ts';
import type { CallMessage, CallName, Calls, Progress, ReplyMessage } from './calls.ts';

/** Where the build says that the thread's script is: its name has a hash. */
const scriptUrl = (): string =>
  (document.querySelector('meta[name="background-script"]') as HTMLMetaElement | null)?.content ?? '';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: EngineError): void;
}

export class Background {
  private readonly waiting = new Map<number, Waiting>();
  private readonly onProgress: (progress: Progress) => void;
  private thread: Worker | undefined;
  private calls = 0;

  constructor(onProgress: (progress: Progress) => void) {
    this.onProgress = onProgress;
  }

  /** @throws EngineError as the call does, and `unavailable` where the thread cannot run */
  call<Name extends CallName>(name: Name, argument: Parameters<Calls[Name]>[0]): Promise<ReturnType<Calls[Name]>> {
    this.thread ??= this.start();
    const id = ++this.calls;
    const message: CallMessage = { id, name, argument };
    this.thread.postMessage(message);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
    });
  }

  private start(): Worker {
    const thread = new Worker(scriptUrl(), { type: 'module' });
    thread.onmessage = ({ data }: MessageEvent<ReplyMessage>) => {
      if ('progress' in data) return this.onProgress(data.progress);
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ('error' in data) waiting?.reject(new EngineError(data.error.code as ErrorCode, data.error.message));
      else waiting?.resolve(data.result);
    };
    // Its script is missing, or the browser does not run it: nothing that was asked will be answered.
    thread.onerror = (event) => {
      this.thread = undefined;
      const error = new EngineError('unavailable', event.message || 'the background thread could not be started');
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    };
    return thread;
  }
}
