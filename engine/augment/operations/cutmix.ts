import { augmentation } from '../augmentation.ts';
import { mixTargets, partners } from '../batch.ts';
import { beta } from '../beta.ts';
import { number } from '../options.ts';

/**
 * A rectangle of another picture of the batch, of 1 − λ of the area before it is cut at the sides; labels by the area that
 * it covers in the end, λ of Beta(α, α) (Yun et al., "CutMix", ICCV 2019).
 */
export const cutmix = augmentation({
  summary: 'pastes a rectangle of another picture of the batch, labels by area',
  only: 'batch',
  options: { alpha: number({ default: 1, min: 0.001, max: 100 }) },
  mix: ({ alpha }, batch, before, random) => {
    const { width, height, channels } = batch;
    const length = width * height * channels;
    partners(batch, random).forEach((partner, i) => {
      const side = Math.sqrt(1 - beta(alpha, alpha, random));
      const [left, right] = span(width, side, random.float());
      const [top, bottom] = span(height, side, random.float());
      for (let y = top; y < bottom; y++) {
        const [from, to] = [(y * width + left) * channels, (y * width + right) * channels];
        batch.pixels.set(before.pixels.subarray(partner * length + from, partner * length + to), i * length + from);
      }
      const covered = ((right - left) * (bottom - top)) / (width * height);
      mixTargets(batch, before, i, partner, 1 - covered);
    });
  },
  samples: [{ alpha: 1 }],
});

/** First pixel and the one behind the last of a side of the rectangle around a centre, cut at the picture. */
function span(size: number, share: number, centre: number): readonly [number, number] {
  const half = (size * share) / 2;
  const at = centre * size;
  return [Math.max(Math.floor(at - half + 0.5), 0), Math.min(Math.floor(at + half + 0.5), size)];
}
