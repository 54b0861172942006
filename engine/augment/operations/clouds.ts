import type { Random } from '../../random.ts';
import { augmentation } from '../augmentation.ts';
import { firstCloud, overcast, secondCloud } from '../clouds.ts';
import { choice, type Option } from '../options.ts';

const names = ['first', 'second', 'both'] as const;
type Layers = (typeof names)[number];

/** Left out: both in half of the pictures, else either. */
const layers: Option<Layers> = {
  ...choice(names, 'both'),
  fallback: (random: Random) => (random.float() < 0.5 ? 'both' : random.float() < 0.5 ? 'first' : 'second'),
  defaultText: 'both (1/2), first or second (1/4 each)',
};

/** One or two layers of clouds: a large and thin one, then a ragged and dense one. */
export const clouds = augmentation({
  summary: 'clouds: large and thin ones, ragged and dense ones, or both',
  options: { layers },
  draws: true,
  apply({ studio, image, params, random }) {
    if (params.layers !== 'second') overcast(studio, image, firstCloud, random.stream(1));
    if (params.layers !== 'first') overcast(studio, image, secondCloud, random.stream(2));
    return image;
  },
  samples: [{ layers: 'first' }, { layers: 'second' }, { layers: 'both' }, {}],
});
