/** QuantizeLinear and DequantizeLinear on what is known: how files hold weights of eight bits and biases of thirty-two. */
import { roundHalfToEven } from '../../quantization/arithmetic.ts';
import type { Fold } from './operation.ts';
import { type IntegerType, type Steps, stepsOf } from './steps.ts';
import { constantOf, integerRanges, isFloat } from './tensor.ts';

const numberOf = ({ scales, inner }: Steps, i: number): number => Math.floor(i / inner) % scales.length;

const [LEAST, MOST] = integerRanges.int8;

const quantizeLinear: Fold = (op) => {
  const { shape, data, type } = op.known(0);
  if (!isFloat(type) && type !== 'int32') throw op.invalid(`its input is ${type}, expected float32`);
  const steps = stepsOf(op, shape, ['uint8', 'int8']);
  op.graph.spend(data.length);
  const [least, most] = integerRanges[steps.type];
  const values = Float64Array.from(data, (value, i) => {
    const at = numberOf(steps, i);
    const quotient = Math.fround(value / (steps.scales[at] as number));
    return Math.min(Math.max(roundHalfToEven(quotient) + (steps.zeroPoints[at] as number), least), most);
  });
  return constantOf(steps.type, shape, values);
};

const dequantizeLinear: Fold = (op) => {
  const { shape, data, type } = op.known(0);
  const types: readonly IntegerType[] = ['uint8', 'int8', 'int32'];
  const own = types.find((each) => each === type);
  if (!own) throw op.unsupported('element type', `its input is ${type}, only ${types.join(', ')} are supported`);
  const steps = stepsOf(op, shape, [own]);
  op.graph.spend(data.length, 'weightElements');
  const values = new Float32Array(data.length);
  // Integers less their zero points: where these are signed numbers of eight bits, too, nothing is lost.
  const levels = new Int8Array(own === 'int32' ? 0 : data.length);
  let isEightBit = own !== 'int32';
  for (let i = 0; i < data.length; i++) {
    const at = numberOf(steps, i);
    const difference = (data[i] as number) - (steps.zeroPoints[at] as number);
    values[i] = difference * (steps.scales[at] as number);
    levels[i] = difference;
    isEightBit &&= difference >= LEAST && difference <= MOST;
  }
  const { scales, inner } = steps;
  return { type: 'float32', shape, data: values, levels: isEightBit ? { levels, scales, inner } : undefined };
};

export const quantizationFolds: Readonly<Record<string, Fold>> = {
  DequantizeLinear: dequantizeLinear,
  QuantizeLinear: quantizeLinear,
};
