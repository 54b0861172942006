/** y = min(a, b), broadcast; ONNX Min of two tensors. */
import { extreme } from './extreme.ts';

export const min = extreme('minimum', 'Min');
