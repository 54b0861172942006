/** sharp (libvips), raw pixels in and out, one thread. */
import sharp from 'sharp';
import { serve } from '../../serve.ts';
import { photo } from '../photo.ts';
import { HEIGHT, WIDTH } from '../rows.ts';

sharp.concurrency(1);
sharp.cache(false);
const data = photo(WIDTH, HEIGHT);
const open = () => sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
const sharpen = [-0.2, -0.2, -0.2, -0.2, 2.6, -0.2, -0.2, -0.2, -0.2];

await serve({
  rotate: () => open().rotate(15, { background: '#000' }).raw().toBuffer(),
  convolve: () => open().convolve({ width: 3, height: 3, kernel: sharpen }).raw().toBuffer(),
  brightness: () => open().linear(1.2, 0).raw().toBuffer(),
  gamma: () => open().gamma(1.4).raw().toBuffer(),
  hflip: () => open().flop().raw().toBuffer(),
  blur: () => open().blur(1.5).raw().toBuffer(),
  halfResize: () =>
    open()
      .resize(WIDTH / 2, HEIGHT / 2, { kernel: 'linear' })
      .raw()
      .toBuffer(),
});
