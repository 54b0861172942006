/** photon: Rust compiled to WebAssembly, on RGBA. Its noise wants a browser's clock and traps in Node: not measured. */
import * as photon from '@silvia-odwyer/photon-node';
import { type Run, serve } from '../../serve.ts';
import { photo } from '../photo.ts';
import { HEIGHT, WIDTH } from '../rows.ts';

const rgb = photo(WIDTH, HEIGHT);
const rgba = new Uint8Array(WIDTH * HEIGHT * 4).fill(255);
for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) rgba.set(rgb.subarray(from, from + 3), to);

/** A fresh picture for each run, freed again. */
const on =
  (work: (image: photon.PhotonImage) => photon.PhotonImage | undefined): Run =>
  () => {
    const image = new photon.PhotonImage(rgba, WIDTH, HEIGHT);
    work(image)?.free();
    image.free();
  };
const inPlace = (work: (image: photon.PhotonImage) => void): Run =>
  on((image) => {
    work(image);
    return undefined;
  });

await serve({
  rotate: on((image) => photon.rotate(image, 15)),
  convolve: inPlace((image) => photon.sharpen(image)),
  brightness: inPlace((image) => photon.adjust_brightness(image, 30)),
  gamma: inPlace((image) => photon.gamma_correction(image, 0.7, 0.7, 0.7)),
  hflip: inPlace((image) => photon.fliph(image)),
  blur: inPlace((image) => photon.gaussian_blur(image, 2)),
  halfResize: on((image) => photon.resize(image, WIDTH / 2, HEIGHT / 2, photon.SamplingFilter.Triangle)),
});
