/** Tensors as rows of channels: what the layers that treat each channel by itself share. */
import { elementCount, type Shape } from '../tensor.ts';

/** Length of the last axis; 1 for a scalar. */
export const channelsOf = (x: Shape | undefined): number => x?.at(-1) ?? 1;

/** Rows and channels, as kernels take them. */
export const rowsAndChannels = (x: Shape): readonly [rows: number, channels: number] => [
  elementCount(x) / channelsOf(x),
  channelsOf(x),
];
