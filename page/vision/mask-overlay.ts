/** Masks → what is laid over the photo: what belongs to nothing darkened, what belongs to a thing tinted and outlined. */
import type { Rgb } from '../../engine/drawing/colours.ts';
import type { Pixels } from '../feature-maps.ts';
import type { Mask } from './findings.ts';

export interface ColouredMask {
  readonly mask: Mask;
  readonly colour: Rgb;
}

/** How much of the photo shows through the dark, and the colour of a tint, of 255. */
const DARK = 150;
const TINT = 70;

/** Line of a mask, pixels of the picture: thin ones would vanish where a large picture is shown small. */
export const lineWidth = ({ width, height }: Pick<Mask, 'width' | 'height'>): number =>
  Math.max(1, Math.round(Math.max(width, height) / 320));

/**
 * Paints masks of one size, RGBA. Where masks overlap, the first one counts.
 * @param isTinted false leaves what a mask covers as it is, as is best for a single one
 */
export function paintMasks(pixels: Pixels, masks: readonly ColouredMask[], isTinted: boolean): void {
  const { width, height, data } = pixels;
  const owner = new Int8Array(width * height).fill(-1);
  for (let m = masks.length - 1; m >= 0; m--) {
    const covered = (masks[m] as ColouredMask).mask.data;
    for (let i = 0; i < owner.length; i++) if (covered[i] !== 0) owner[i] = m;
  }
  const line = lineWidth(pixels);
  for (let y = 0, i = 0; y < height; y++) {
    const [up, down] = [Math.min(y, line) * width, Math.min(height - 1 - y, line) * width];
    for (let x = 0; x < width; x++, i++) {
      const mine = owner[i] as number;
      const [left, right] = [Math.min(x, line), Math.min(width - 1 - x, line)];
      const isEdge =
        owner[i - left] !== mine || owner[i + right] !== mine || owner[i - up] !== mine || owner[i + down] !== mine;
      const [red, green, blue] = mine < 0 ? [0, 0, 0] : (masks[mine] as ColouredMask).colour;
      data[4 * i] = red;
      data[4 * i + 1] = green;
      data[4 * i + 2] = blue;
      // A dark line outside and a coloured one inside: one of them is seen on any photo.
      data[4 * i + 3] = isEdge ? 255 : mine < 0 ? DARK : isTinted ? TINT : 0;
    }
  }
}
