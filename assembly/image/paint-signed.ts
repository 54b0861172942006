/** Sums that may be negative as a picture to look at (engine/image/picture.ts paints the same). */

/**
 * Signed sums painted on one colour scale: blue below 0, white at 0, red above, full at the largest magnitude.
 *   sums: f32 [pixels, channels], the first three are added up · x, target: [pixels, channels], u8 or f32;
 *   a fourth channel is copied from x
 */
export function paintSigned(sums: usize, x: usize, target: usize, pixels: i32, channels: i32, isFloat: i32): void {
  const step = (<usize>channels) << 2;
  const end = sums + <usize>pixels * step;
  let largest: f64 = 0;
  for (let at = sums; at < end; at += step) largest = max<f64>(largest, abs<f64>(sumOfThree(at)));
  const pixel: usize = isFloat ? step : channels;
  for (; sums < end; sums += step, x += pixel, target += pixel) {
    const sum = sumOfThree(sums);
    const pale: f64 = largest == 0 ? 255 : 255 * (1 - abs<f64>(sum) / largest);
    const red: f64 = sum < 0 ? pale : 255;
    const blue: f64 = sum > 0 ? pale : 255;
    if (isFloat) {
      store<f32>(target, <f32>red);
      store<f32>(target, <f32>pale, 4);
      store<f32>(target, <f32>blue, 8);
      if (channels > 3) store<f32>(target, load<f32>(x, 12), 12);
    } else {
      store<u8>(target, <u8>nearest<f64>(red));
      store<u8>(target, <u8>nearest<f64>(pale), 1);
      store<u8>(target, <u8>nearest<f64>(blue), 2);
      if (channels > 3) store<u8>(target, load<u8>(x, 3), 3);
    }
  }
}

function sumOfThree(at: usize): f64 {
  return <f64>load<f32>(at) + <f64>load<f32>(at, 4) + <f64>load<f32>(at, 8);
}
