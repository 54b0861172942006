/** One operator as two operator sets write it. */
import { create } from '@bufbuild/protobuf';
import {
  TensorProto_DataType as DataType,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { type ModelParts, node, weights } from './models.ts';
import { run } from './run.ts';

export interface Form {
  readonly opset: number;
  readonly nodes: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
}

export const form = (
  opset: number,
  one: NodeProto | readonly NodeProto[],
  ...initializers: readonly TensorProto[]
): Form => ({
  opset,
  nodes: [one].flat() as readonly NodeProto[],
  initializers,
});

/** Sizes of outputs, which any of the forms has, with their numbers. */
export function outputs(shape: Shape, { opset, nodes, initializers }: Form) {
  const names = nodes.at(-1)!.output;
  const parts: ModelParts = {
    inputs: { x: shape },
    nodes,
    outputs: names,
    opset,
    ...(initializers && { initializers }),
  };
  return Object.values(run(parts)).map(({ shape: sides, data }) => [sides, [...data]]);
}

export const scalar = (name: string, value: number) => weights(name, [], Float32Array.of(value));
export const flag = (name: string, value: boolean) =>
  create(TensorProtoSchema, { name, dataType: DataType.BOOL, int32Data: [value ? 1 : 0] });
export const list = (name: string, ...values: readonly number[]) =>
  weights(name, [values.length], Float32Array.from(values));

export const image: Shape = [2, 4, 6, 5];
export const y = (type: string, inputs: string, attributes = {}) => node(type, inputs, 'y', attributes);
