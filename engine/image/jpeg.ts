/**
 * What a JPEG says about itself, read marker by marker before any decoder sees it (ITU-T T.81, annex B). The decoder
 * behind it fills what is missing with gray and calls that success, so completeness is checked here: every segment whole,
 * every component sent, an EOI at the end.
 */
import { EngineError } from '../errors.ts';
import { type Orientation, readOrientation } from './exif.ts';
import { atMost, defaultImageLimits } from './limits.ts';

export interface JpegHeader {
  readonly type: 'jpeg';
  /** Sides as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Of the decoded picture: 1 gray, 3 RGB. */
  readonly channels: 1 | 3;
  readonly bitDepth: 8;
  readonly orientation: Orientation;
  readonly progressive: boolean;
  /** All coefficients are held in memory before the first pixel: progressive, or one component after the other. */
  readonly buffered: boolean;
  /** How often the data run over the picture. */
  readonly scans: number;
  /** Offset of the first byte behind EOI; what follows (a second picture, a film, an archive) is no part of this one. */
  readonly end: number;
}

const marker = {
  sof0: 0xc0,
  dht: 0xc4,
  jpg: 0xc8,
  dac: 0xcc,
  sof15: 0xcf,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  app1: 0xe1,
};

/** Frames that are not read, by the low four bits of their SOF marker; 0, 1 and 2 are. */
const refusedFrames: Readonly<Record<number, string>> = {
  3: 'lossless',
  5: 'hierarchical',
  6: 'hierarchical',
  7: 'hierarchical lossless',
  9: 'arithmetic-coded',
  10: 'arithmetic-coded progressive',
  11: 'arithmetic-coded lossless',
  13: 'arithmetic-coded hierarchical',
  14: 'arithmetic-coded hierarchical',
  15: 'arithmetic-coded hierarchical lossless',
};

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  /** Identifier of each component, in order. */
  readonly components: readonly number[];
}

function invalid(fault: string): EngineError {
  return new EngineError('invalid-image', `the JPEG ${fault}`);
}

/**
 * Walks over all markers of a JPEG; allocates nothing.
 * @throws EngineError `invalid-image`: truncated or damaged, or of a kind that is not decoded (12 bits, lossless,
 * hierarchical, arithmetic-coded, CMYK); `limit-exceeded`: more than `maxScans` scans
 */
export function readJpegHeader(bytes: Uint8Array, maxScans: number = defaultImageLimits.jpegScans): JpegHeader {
  let frame: Frame | undefined;
  let orientation: Orientation | undefined;
  let buffered = false;
  let scans = 0;
  let sent = 0; // bit i: component i had its first scan

  let at = 2; // behind SOI
  for (;;) {
    if (at < bytes.length && bytes[at] !== 0xff) throw invalid(`has no marker at byte ${at}, where one must stand`);
    while (bytes[at] === 0xff) at++; // any number of fill bytes
    const code = bytes[at++];
    if (code === undefined) throw invalid(`is truncated: it ends after ${bytes.length} bytes without an EOI marker`);
    if (code === marker.eoi) break;
    if (code === marker.soi || code === 0x00) throw invalid(`has a stray ${hex(code)} marker at byte ${at - 2}`);
    if (code === 0x01 || (code >= 0xd0 && code <= 0xd7)) continue; // TEM, RSTn: no segment follows

    const length = at + 1 < bytes.length ? uint16(bytes, at) : 2;
    if (at + Math.max(length, 2) > bytes.length) {
      throw invalid(`is truncated: segment ${hex(code)} at byte ${at - 2} reaches beyond its ${bytes.length} bytes`);
    }
    if (length < 2) throw invalid(`has a segment ${hex(code)} of impossible length ${length} at byte ${at - 2}`);
    const start = at + 2;
    at += length;

    if (isFrame(code)) {
      if (frame) throw invalid('has two frames (SOF markers), one is allowed');
      frame = readFrame(code, bytes.subarray(start, at));
    } else if (code === marker.app1) {
      if (isExif(bytes, start, at)) orientation ??= readOrientation(bytes.subarray(start + exifSignature.length, at));
    } else if (code === marker.sos) {
      if (!frame) throw invalid('has a scan before its frame header');
      atMost('the JPEG', scans + 1, maxScans, 'scans');
      const scan = readScan(bytes.subarray(start, at), frame);
      buffered ||= frame.progressive || scan.count < frame.components.length;
      sent |= scan.first;
      scans++;
      at = endOfScan(bytes, at);
    }
  }

  if (!frame || scans === 0) throw invalid('has no picture in it: EOI comes before the first scan');
  const missing = frame.components.findIndex((_, index) => (sent & (1 << index)) === 0);
  if (missing >= 0) throw invalid(`is incomplete: its component ${missing + 1} has no data`);
  const { width, height, components, progressive } = frame;
  const channels = components.length === 1 ? 1 : 3;
  return {
    type: 'jpeg',
    width,
    height,
    channels,
    bitDepth: 8,
    orientation: orientation ?? 1,
    progressive,
    buffered,
    scans,
    end: at,
  };
}

function isFrame(code: number): boolean {
  const isTable = code === marker.dht || code === marker.jpg || code === marker.dac;
  return code >= marker.sof0 && code <= marker.sof15 && !isTable;
}

function readFrame(code: number, segment: Uint8Array): Frame {
  const refused = refusedFrames[code & 15];
  if (refused) throw invalid(`is ${refused}; baseline and progressive Huffman-coded ones are read`);
  const count = segment[5] ?? 0;
  if (segment.length < 6 || segment.length !== 6 + 3 * count) {
    throw invalid(`has a frame header of ${segment.length} bytes for ${count} components`);
  }
  if (segment[0] !== 8) throw invalid(`has ${segment[0]} bits a sample; 8 are read`);
  const height = uint16(segment, 1);
  const width = uint16(segment, 3);
  if (width === 0 || height === 0) throw invalid(`declares a size of ${width}×${height} pixels`);
  if (count === 4) throw invalid('has four components (CMYK or YCCK); gray and colour with three are read');
  if (count !== 1 && count !== 3) throw invalid(`has ${count} components; 1 or 3 are read`);
  const components: number[] = [];
  for (let at = 6; at < segment.length; at += 3) {
    const across = segment[at + 1]! >> 4;
    const down = segment[at + 1]! & 15;
    if (across < 1 || across > 4 || down < 1 || down > 4) throw invalid(`has sampling factors ${across}×${down}`);
    if (components.includes(segment[at]!)) throw invalid(`names component ${segment[at]} twice`);
    components.push(segment[at]!);
  }
  return { width, height, progressive: (code & 15) === 2, components };
}

/** How many components a scan has, and for which of them it is the first: bit i for component i. */
function readScan(segment: Uint8Array, frame: Frame): { count: number; first: number } {
  const count = segment[0] ?? 0;
  if (count < 1 || count > frame.components.length || segment.length !== 4 + 2 * count) {
    throw invalid(`has a scan header of ${segment.length} bytes for ${count} components`);
  }
  const startsSpectrum = segment[1 + 2 * count] === 0;
  const isRefinement = segment[3 + 2 * count]! >> 4 !== 0;
  const isFirst = !frame.progressive || (startsSpectrum && !isRefinement);
  let first = 0;
  for (let at = 1; at <= 2 * count; at += 2) {
    const index = frame.components.indexOf(segment[at]!);
    if (index < 0) throw invalid(`has a scan of component ${segment[at]}, which its frame does not name`);
    if (isFirst) first |= 1 << index;
  }
  return { count, first };
}

/** Offset of the marker behind entropy-coded data, in which 0xFF is followed by 0 (a stuffed byte) or is a restart marker. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1];
    if (next === 0x00 || (next !== undefined && next >= 0xd0 && next <= 0xd7)) at++;
    else if (next !== 0xff) return at;
  }
  return bytes.length;
}

const exifSignature = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif" and two zeros; APP1 may hold XMP instead

function isExif(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= exifSignature.length && exifSignature.every((byte, index) => bytes[start + index] === byte);
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function hex(code: number): string {
  return `0xFF${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
