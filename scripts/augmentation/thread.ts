/** A thread of the pool: takes a picture, answers with what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { EngineError } from '../../engine/errors.ts';
import type { Answer } from './pool.ts';
import { type PictureTask, PictureWorker, type RunSettings } from './work.ts';

const port = parentPort as NonNullable<typeof parentPort>;
const starting = PictureWorker.start(workerData as RunSettings);

port.on('message', async (task: PictureTask) => {
  let answer: Answer;
  try {
    answer = { made: await (await starting).make(task) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    answer = { fault: error.message };
  }
  port.postMessage(answer);
});
