/** What a naive augmentation is given and gives. */
import type { Augmentation } from '../../../engine/augment/augmentation.ts';
import type { Size } from '../../../engine/augment/options.ts';
import type { PixelType } from '../../../engine/augment/studio.ts';
import type { Key } from '../../../engine/random.ts';

/** [H,W,C] in levels, neither rounded nor clipped. */
export interface ReferencePicture extends Size {
  readonly channels: number;
  readonly data: Float64Array;
  /** Of the picture that the augmentation is given, for what rounds half-way where levels do. */
  readonly type?: PixelType;
}

export interface AugmentReference {
  /**
   * @param params as `settle` left them
   * @param key of what draws for each pixel
   */
  readonly run: (image: ReferencePicture, params: never, operation: Augmentation, key?: Key) => ReferencePicture;
  /**
   * Levels by which the kernel may be off before it rounds, for levels 0–255, with the reason beside it. A result may then
   * differ by one where the exact value lies that close to a half.
   */
  readonly bound: number;
  /** Share of pixels that may be wholly different: where a position lies within rounding of the edge between two pixels. */
  readonly share?: number;
  /** Rounding of u8: floor(v + ½) unless said. */
  readonly rounding?: 'halfEven';
}
