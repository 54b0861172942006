/**
 * multipart/form-data (RFC 7578, RFC 2046 §5.1) out of a body that is in memory. Parts are views of it: the platform's own
 * parser copies them, and decodes a part without a file name as text, which ruins a picture.
 */
import { EngineError } from '../engine/errors.ts';
import { HttpError } from './problem.ts';

export interface Part {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const CR = 0x0d;
const LF = 0x0a;
const MAX_BOUNDARY_LENGTH = 200;
/** Bytes of one part's header lines. */
const MAX_HEADER_BYTES = 8192;

const malformed = (fault: string) => new HttpError('bad-request', `the multipart body ${fault}`);

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** `boundary` of a multipart/form-data content type; undefined for every other type. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined;
  const match = /;\s*boundary=(?:"([^"]*)"|([^\s;"]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2] ?? '';
  if (boundary === '' || boundary.length > MAX_BOUNDARY_LENGTH) throw malformed('has no boundary in its Content-Type');
  return boundary;
}

/**
 * Splits a body into its parts, in order.
 * @throws HttpError `bad-request`; EngineError `limit-exceeded`
 */
export function parseMultipart(body: Uint8Array, boundary: string, maxParts: number): Part[] {
  const delimiter = ascii(`\r\n--${boundary}`);
  const parts: Part[] = [];
  // The first delimiter may stand at the very start, without the line break before it.
  let at = startsWith(body, 0, delimiter.subarray(2)) ? delimiter.length - 2 : after(body, 0, delimiter);
  for (;;) {
    if (text(body, at, at + 2) === '--') return parts;
    while (body[at] === 0x20 || body[at] === 0x09) at++;
    if (text(body, at, at + 2) !== '\r\n') throw malformed('has a delimiter that ends in no line break');
    const headerStart = at + 2;
    const headerEnd = find(body, at, ascii('\r\n\r\n'), headerStart + MAX_HEADER_BYTES);
    const next = headerEnd === -1 ? -1 : find(body, headerEnd + 4, delimiter);
    if (next === -1) throw malformed('ends before its last boundary');
    if (parts.length === maxParts) throw new EngineError('limit-exceeded', `the body has more than ${maxParts} parts`);
    const name = nameOf(new TextDecoder().decode(body.subarray(headerStart, headerEnd)), parts.length);
    parts.push({ name, bytes: body.subarray(headerEnd + 4, next) });
    at = next + delimiter.length;
  }
}

/** The field's name out of a part's header lines. */
function nameOf(header: string, index: number): string {
  const disposition = header.split('\r\n').find((line) => /^content-disposition:/i.test(line)) ?? '';
  const match = /;\s*name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition);
  if (!/^content-disposition:\s*form-data\s*;/i.test(disposition) || !match) {
    throw malformed(`has a part without a name (number ${index})`);
  }
  // Browsers write quotes and line breaks as %22, %0D and %0A, other clients with a backslash.
  return (match[1]?.replace(/\\(.)/g, '$1') ?? match[2] ?? '').replace(/%(22|0D|0A)/gi, decodeURIComponent);
}

function after(body: Uint8Array, from: number, pattern: Uint8Array): number {
  const start = find(body, from, pattern);
  if (start === -1) throw malformed('has no boundary in it');
  return start + pattern.length;
}

/**
 * First index ≥ `from` and < `limit` at which the pattern stands, −1 where it does not. Every pattern begins with the only
 * line break in it or is two of them, so that no byte is compared more than a few times, whatever the body.
 */
function find(body: Uint8Array, from: number, pattern: Uint8Array, limit = body.length): number {
  const end = Math.min(limit, body.length);
  for (let at = from; at < end; at++) {
    if (body[at] === CR && body[at + 1] === LF && startsWith(body, at, pattern)) return at;
  }
  return -1;
}

function startsWith(body: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let i = 0; i < pattern.length; i++) if (body[at + i] !== pattern[i]) return false;
  return true;
}

const text = (body: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...body.subarray(start, end));
