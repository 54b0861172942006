/** Amounts as colours: darker is less for everyone, also for people who see red and green alike, and in print. */
import type { Rgb } from './colours.ts';

/** Ten even steps of cividis (Nuñez, Anderton and Renslow, PLoS ONE 13(7), 2018): blue, gray, yellow. */
const STOPS: readonly Rgb[] = [
  [0, 32, 77],
  [0, 51, 111],
  [57, 72, 107],
  [87, 92, 109],
  [112, 113, 115],
  [138, 135, 121],
  [166, 157, 117],
  [196, 181, 108],
  [228, 207, 91],
  [255, 234, 70],
];

/** 256 colours from none to all, RGB triplets, linear between the steps. */
export const ramp: Uint8Array = Uint8Array.from({ length: 3 * 256 }, (_, i) => {
  const position = (Math.floor(i / 3) / 255) * (STOPS.length - 1);
  const index = Math.min(Math.floor(position), STOPS.length - 2);
  const [from, to] = [STOPS[index]![i % 3]!, STOPS[index + 1]![i % 3]!];
  return Math.round(from + (to - from) * (position - index));
});
