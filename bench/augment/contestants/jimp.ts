/** Jimp: plain JavaScript on RGBA. */
import { Jimp } from 'jimp';
import { serve } from '../../serve.ts';
import { photo } from '../photo.ts';
import { HEIGHT, WIDTH } from '../rows.ts';

const rgb = photo(WIDTH, HEIGHT);
const rgba = Buffer.alloc(WIDTH * HEIGHT * 4, 255);
for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) rgba.set(rgb.subarray(from, from + 3), to);
const original = Jimp.fromBitmap({ width: WIDTH, height: HEIGHT, data: rgba });
const open = () => original.clone();
const sharpen = [
  [-0.2, -0.2, -0.2],
  [-0.2, 2.6, -0.2],
  [-0.2, -0.2, -0.2],
];

await serve({
  rotate: () => open().rotate({ deg: 15, mode: false }),
  convolve: () => open().convolute(sharpen),
  brightness: () => open().brightness(1.2),
  hflip: () => open().flip({ horizontal: true }),
  blur: () => open().gaussian(2),
  halfResize: () => open().resize({ w: WIDTH / 2, h: HEIGHT / 2 }),
});
