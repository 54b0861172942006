/** What an import refuses: an EngineError, or the test fails. */
import { expect } from 'vitest';
import { EngineError } from '../../../../engine/errors.ts';
import { type ImportOptions, importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import type { NodeProto, TensorProto } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { type ModelParts, onnxFile } from './models.ts';

export function refusal(file: Uint8Array, options?: ImportOptions): EngineError {
  try {
    importOnnx(file, options);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error;
  }
  throw new Error('it was imported');
}

export const refused = (parts: ModelParts, options?: ImportOptions): EngineError => refusal(onnxFile(parts), options);

/** x → y of one node, which is refused with its name and operator in front. */
export function refusedNode(
  one: NodeProto,
  shape: Shape,
  initializers: readonly TensorProto[] = [],
  opset?: number,
): string {
  const parts = { inputs: { x: shape }, nodes: [one], initializers, ...(opset !== undefined && { opset }) };
  const { message } = refused(parts);
  expect(message).toMatch(new RegExp(`^node "${one.output.find((name) => name !== '')}" \\(${one.opType}\\): `));
  return message;
}
