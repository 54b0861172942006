/** A decoded picture: the form in which pixels travel between codec, filters, augmentation and pre-processing. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha (not premultiplied). */
  readonly channels: 1 | 2 | 3 | 4;
  /** [H,W,C], row by row, 0–255. */
  readonly data: Uint8Array;
}
