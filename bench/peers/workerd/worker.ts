/** The worker of the comparison: `POST /load` a model file, `POST /input` its picture, then `POST /run?times=N`. */

import relaxed from '../../../build/inference.relaxed.wasm';
import baseline from '../../../build/inference.wasm';
import { parseModel } from '../../../engine/model-file.ts';
import { Session } from '../../../engine/session.ts';
import { chooseKernels } from '../../../worker/kernels.ts';

let session: Session | undefined;
let input = new Float32Array();

function run(times: number): Response {
  if (!session) return new Response('no model is loaded', { status: 409 });
  const inputs = { [session.graph.inputs[0]?.name as string]: input };
  const start = Date.now();
  for (let i = 1; i < times; i++) session.run(inputs);
  const y = session.run(inputs)[session.graph.outputs[0]?.name as string]?.data as Float32Array<ArrayBuffer>;
  const headers = { ms: String(Date.now() - start), memory: String(session.kernels.memory.buffer.byteLength) };
  return new Response(y, { headers });
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/run') return run(Number(searchParams.get('times')));
    const body = await request.arrayBuffer();
    if (pathname === '/load')
      session = new Session(parseModel(new Uint8Array(body)), chooseKernels({ baseline, relaxed }));
    else input = new Float32Array(body);
    return new Response();
  },
};
