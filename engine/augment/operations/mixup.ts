import { augmentation } from '../augmentation.ts';
import { mixTargets, partners } from '../batch.ts';
import { beta } from '../beta.ts';
import { number } from '../options.ts';

/** λ·x + (1 − λ)·another picture of the batch, labels likewise, λ of Beta(α, α) (Zhang et al., "mixup", ICLR 2018). */
export const mixup = augmentation({
  summary: 'blends two pictures of a batch, and their labels',
  only: 'batch',
  options: { alpha: number({ default: 0.2, min: 0.001, max: 100 }) },
  mix: ({ alpha }, batch, before, random) => {
    const length = batch.pixels.length / batch.count;
    partners(batch, random).forEach((partner, i) => {
      const share = beta(alpha, alpha, random);
      const [own, other] = [i * length, partner * length];
      for (let k = 0; k < length; k++) {
        const value = share * (before.pixels[own + k] as number) + (1 - share) * (before.pixels[other + k] as number);
        batch.pixels[own + k] = Math.floor(value + 0.5);
      }
      mixTargets(batch, before, i, partner, share);
    });
  },
  samples: [{ alpha: 0.2 }, { alpha: 1 }],
});
