/** The registry of TensorFlow's operators: what each becomes. */
import type { TensorFlowReader } from '../operation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolutions } from './convolution.ts';
import { images } from './images.ts';
import { shapes } from './shape.ts';
import { stridedSlice } from './strided-slice.ts';

export const operators: Readonly<Record<string, TensorFlowReader>> = {
  ...arithmetic,
  ...convolutions,
  ...images,
  ...shapes,
  StridedSlice: stridedSlice,
};
