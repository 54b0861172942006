/** JSON bodies: size and depth are checked on the bytes, before a parser allocates anything for them. */
import { EngineError } from '../engine/errors.ts';
import { HttpError } from './problem.ts';
import type { Limits } from './settings.ts';

export type JsonLimits = Pick<Limits, 'jsonBytes' | 'jsonDepth' | 'jsonValues' | 'jsonKeys'>;

/** A document is text and values beside its bytes: at most so many times their length (base64: text, string, picture). */
export const JSON_FACTOR = 3;

const byte = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openArray: 0x5b,
  escape: 0x5c,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
};

/**
 * Parses the bytes of a JSON document.
 * @throws EngineError `limit-exceeded`, `invalid-json`; HttpError `bad-request` where the text is not UTF-8
 */
export function parseJsonBody(bytes: Uint8Array, limits: JsonLimits): unknown {
  checkSize(bytes, limits);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new HttpError('bad-request', 'the JSON body is not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // Only the number is taken from the parser's words, which are the runtime's and not ours.
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const where =
      text.length === 0 ? ': it is empty' : position === undefined ? '' : `: it breaks off at character ${position}`;
    throw new EngineError('invalid-json', `the body is not valid JSON${where}`);
  }
}

/** Counts what is open and what there is, strings skipped. Right for every valid document; others fail in the parser. */
function checkSize(bytes: Uint8Array, { jsonBytes, jsonDepth, jsonValues, jsonKeys }: JsonLimits): void {
  if (bytes.length > jsonBytes) throw tooLarge(`has ${bytes.length} bytes, at most ${jsonBytes}`);
  let depth = 0;
  let values = 1;
  let keys = 0;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case byte.quote:
        i = endOfString(bytes, i);
        break;
      case byte.comma:
        values++;
        break;
      case byte.colon:
        keys++;
        break;
      case byte.openArray:
      case byte.openObject:
        values++;
        if (++depth > jsonDepth) throw tooLarge(`is nested deeper than ${jsonDepth} levels`);
        break;
      case byte.closeArray:
      case byte.closeObject:
        depth--;
        break;
    }
    if (values > jsonValues) throw tooLarge(`has more than ${jsonValues} values`);
    if (keys > jsonKeys) throw tooLarge(`has more than ${jsonKeys} keys`);
  }
}

const tooLarge = (fault: string) => new EngineError('limit-exceeded', `the JSON document ${fault}`);

/** Index of the quote that ends the string whose first quote is at `start`, or of the last byte. */
function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== byte.quote) i += bytes[i] === byte.escape ? 2 : 1;
  return i;
}
