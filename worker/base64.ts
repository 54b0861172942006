/** Base64 as RFC 4648 §4 has it, to the letter: padded, without white space, unused bits zero. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NONE = 255;
const values = new Uint8Array(128).fill(NONE);
for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;

/** Decodes; undefined where the text is anything but strict base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let pending = 0;
  let to = 0;
  for (let i = 0; i < digits; i++) {
    const value = values[text.charCodeAt(i)] ?? NONE;
    if (value === NONE) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      bytes[to++] = bits >> pending;
    }
  }
  return (bits & ((1 << pending) - 1)) === 0 ? bytes : undefined;
}
