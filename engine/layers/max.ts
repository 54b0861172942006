/** y = max(a, b), broadcast; ONNX Max of two tensors. */
import { extreme } from './extreme.ts';

export const max = extreme('maximum', 'Max');
