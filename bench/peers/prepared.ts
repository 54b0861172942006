/** A prepared model (prepare.ts), as contestants read it: nothing here that one of them would pay for without need. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FusedGraph } from './fused-graph.ts';

/** The same model in eight bits, prepared. */
export const eightBitFolder = (folder: string): string => join(folder, 'int8');

export const modelFile = (folder: string): Uint8Array => readFileSync(join(folder, 'model.safetensors'));
export const onnxFile = (folder: string): Uint8Array => readFileSync(join(folder, 'model.onnx'));

export function fusedFile(folder: string): { readonly graph: FusedGraph; readonly weights: Float32Array } {
  return {
    graph: JSON.parse(readFileSync(join(folder, 'fused.json'), 'utf8')),
    weights: readFloats(join(folder, 'fused.f32')),
  };
}

function readFloats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export interface Input {
  /** NHWC. */
  readonly shape: readonly [number, number, number, number];
  readonly data: Float32Array;
}

export function readInput(folder: string): Input {
  const shape = JSON.parse(readFileSync(join(folder, 'input.json'), 'utf8'));
  return { shape, data: readFloats(join(folder, 'input.f32')) };
}

/** [N,H,W,C] → [N,C,H,W]. */
export function readInputChannelsFirst(folder: string): Input {
  const { shape, data } = readInput(folder);
  const [n, h, w, c] = shape;
  const turned = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [image, pixel, channel] = [Math.floor(i / (h * w * c)), Math.floor(i / c) % (h * w), i % c];
    turned[(image * c + channel) * h * w + pixel] = data[i] as number;
  }
  return { shape: [n, c, h, w], data: turned };
}
