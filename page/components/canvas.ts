/** Putting pixels on a canvas whose intrinsic size is the picture's; style.css scales it without smoothing. */

/**
 * Gives a canvas the size of a picture and puts the picture on it.
 */
export function putPixels(canvas: HTMLCanvasElement, pixels: ImageData): void {
  if (canvas.width !== pixels.width) canvas.width = pixels.width;
  if (canvas.height !== pixels.height) canvas.height = pixels.height;
  // Kept in main memory: the pictures are small, and all of them change with every run.
  canvas.getContext('2d', { willReadFrequently: true })?.putImageData(pixels, 0, 0);
}
