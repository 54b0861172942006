import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';
import { snow } from '../snow.ts';

/** Layers of falling snow; a faster one is brighter and longer. */
export const snowflakes = augmentation({
  summary: 'falling snow',
  options: {
    density: number({ default: [0.005, 0.075], min: 0, max: 1 }),
    uniformity: number({ default: [0.3, 0.9], min: 0, max: 1 }),
    size: number({ default: [0.2, 0.7], min: 0, max: 1 }),
    angle: number({ default: [-30, 30], min: -360, max: 360 }),
    speed: number({ default: [0.007, 0.03], min: 0, max: 0.3 }),
    layers: number({ default: [1, 3], min: 1, max: 3, integer: true }),
  },
  draws: true,
  apply({ studio, image, params, random }) {
    for (let layer = 0; layer < params.layers; layer++) snow(studio, image, params, random.stream(layer));
    return image;
  },
  samples: [
    {},
    { density: 0.05, uniformity: 1, size: 0.5, angle: 20, speed: 0.2, layers: 2 },
    { density: 0, layers: 1 },
    { density: 1, uniformity: 0, size: 1, speed: 0.3, angle: -90, layers: 1 },
  ],
});
