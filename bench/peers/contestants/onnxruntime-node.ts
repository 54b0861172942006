/** ONNX Runtime as native code: the far mark, with whatever vectors the processor has. */
import * as ort from 'onnxruntime-node';
import type { Contestant } from './contestant.ts';
import { onnxruntime } from './onnxruntime.ts';

export const onnxruntimeNode: Contestant = { load: onnxruntime(ort, 'cpu') };
