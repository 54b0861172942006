/** The command line's loader of picture decoders. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Codecs, createCodecs } from '../engine/image/codec.ts';

let codecs: Codecs | undefined;

/** PNG and JPEG, started once a process. */
export async function loadCodecs(): Promise<Codecs> {
  if (!codecs) {
    const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
    codecs = createCodecs({ jpegDecoder: new WebAssembly.Module(readFileSync(path)) });
  }
  await codecs.ready();
  return codecs;
}
