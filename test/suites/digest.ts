/** FNV-1a over the bytes, twice from different starts: equal digests, equal bits. */
export function digest(data: ArrayBufferView): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const hash = (start: number) => bytes.reduce((h, byte) => Math.imul(h ^ byte, 0x01000193), start) >>> 0;
  return `${hash(0x811c9dc5).toString(16)}-${hash(0x12345678).toString(16)}`;
}

/** What was run → digest of what came out. */
export type Digests = Readonly<Record<string, string>>;
