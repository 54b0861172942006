import { augmentation } from '../augmentation.ts';
import { fogBank, overcast } from '../clouds.ts';

/** One dense layer of clouds, nearly everywhere. */
export const fog = augmentation({
  summary: 'fog over the whole picture',
  options: {},
  draws: true,
  apply({ studio, image, random }) {
    overcast(studio, image, fogBank, random);
    return image;
  },
  samples: [{}],
});
