/**
 * The one thing that a picture's EXIF data say about its pixels: how the camera was held. JPEG keeps them in APP1, PNG in
 * eXIf; both hold the same little TIFF file (Exif 2.32, §4.6).
 */

/** TIFF orientation: 1 upright, 2 mirrored, 3 half turn, 4 upside-down mirrored, 5–8 the same with rows and columns swapped. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const ENTRY_BYTES = 12;
/** TIFF field types that hold the number in an entry's value field, and how wide it is: BYTE, SHORT, LONG. */
const valueBytes: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 };

/**
 * Reads the orientation out of EXIF data (from the TIFF header on).
 * Damaged or missing data mean 1, as in every viewer: EXIF never makes a picture unreadable.
 */
export function readOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 8) return 1;
  const order = (tiff[0]! << 8) | tiff[1]!;
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const littleEndian = order === 0x4949;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  if (view.getUint16(2, littleEndian) !== 42) return 1;

  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, littleEndian);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * ENTRY_BYTES;
    if (at + ENTRY_BYTES > tiff.length) return 1;
    if (view.getUint16(at, littleEndian) !== ORIENTATION_TAG) continue;
    const width = valueBytes[view.getUint16(at + 2, littleEndian)];
    if (width === undefined || view.getUint32(at + 4, littleEndian) !== 1) return 1;
    const value =
      width === 1
        ? view.getUint8(at + 8)
        : width === 2
          ? view.getUint16(at + 8, littleEndian)
          : view.getUint32(at + 8, littleEndian);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}
