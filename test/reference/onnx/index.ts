/** A naive interpreter of ONNX graphs, from its specification (operator set 21): NumPy in plain loops, in f64. */
import type { ModelProto, NodeProto, TensorProto } from '../../../engine/formats/onnx/schema/onnx_pb.js';
import { elementwise } from './elementwise.ts';
import { movement } from './movement.ts';
import { adding } from './sums.ts';
import type { AttributeValue, Evaluate, Value } from './value.ts';
import { windowed } from './window.ts';

const operators: Readonly<Record<string, Evaluate>> = { ...adding, ...elementwise, ...movement, ...windowed };

/** f32 in raw bytes, or a list of int64: what test models hold. */
function constant({ dims, rawData, int64Data }: TensorProto): Value {
  const isFloat = rawData.length > 0;
  const data = isFloat ? new Float32Array(rawData.slice().buffer) : int64Data.map(Number);
  return { shape: dims.map(Number), data: Float64Array.from(data), error: 0 };
}

function attributesOf(node: NodeProto): Readonly<Record<string, AttributeValue>> {
  // AttributeProto.AttributeType: 1 FLOAT, 2 INT, 3 STRING, 7 INTS.
  const read: Readonly<Record<number, (a: NodeProto['attribute'][number]) => AttributeValue>> = {
    1: ({ f }) => f,
    2: ({ i }) => Number(i),
    3: ({ s }) => new TextDecoder().decode(s),
    7: ({ ints }) => ints.map(Number),
  };
  return Object.fromEntries(node.attribute.map((attribute) => [attribute.name, read[attribute.type]!(attribute)]));
}

/** Every value of the graph by name, from its inputs; nodes stand in an order in which they can run. */
export function evaluate({ graph }: ModelProto, inputs: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  const values = new Map(Object.entries(inputs));
  for (const tensor of graph?.initializer ?? []) values.set(tensor.name, constant(tensor));
  for (const node of graph?.node ?? []) {
    const name = (i: number) => node.input[i] ?? '';
    const x = (i: number) => values.get(name(i)) as Value;
    const results = [
      (operators[node.opType] as Evaluate)({
        x,
        has: (i) => name(i) !== '',
        list: (i) => [...x(i).data],
        a: attributesOf(node),
        outputs: node.output.length,
      }),
    ].flat() as readonly Value[];
    node.output.forEach((output, i) => {
      values.set(output, results[i] as Value);
    });
  }
  return values;
}
