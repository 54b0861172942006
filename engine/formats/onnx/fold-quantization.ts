/** QuantizeLinear and DequantizeLinear on what is known: how files hold weights of eight bits and biases of thirty-two. */
import { roundHalfToEven } from '../../quantization/arithmetic.ts';
import type { Fold } from './operation.ts';
import { type IntegerType, rangeOf, type Steps, stepsOf } from './steps.ts';
import { constantOf, isFloat, type Levels } from './tensor.ts';

const numberOf = ({ scales, inner }: Steps, i: number): number => Math.floor(i / inner) % scales.length;

const [LEAST, MOST] = rangeOf('int8');

const quantizeLinear: Fold = (op) => {
  const { shape, data, type } = op.known(0);
  if (!isFloat(type) && type !== 'int32') throw op.invalid(`its input is ${type}, expected float32`);
  const steps = stepsOf(op, shape, ['uint8', 'int8']);
  op.graph.spend(data.length);
  const [least, most] = rangeOf(steps.type);
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
  const differences = Float64Array.from(data, (value, i) => value - (steps.zeroPoints[numberOf(steps, i)] as number));
  const values = differences.map((value, i) => value * (steps.scales[numberOf(steps, i)] as number));
  return {
    ...constantOf('float32', shape, values),
    levels: own === 'int32' ? undefined : levelsOf(steps, differences),
  };
};

/** Integers less their zero points, where these are signed numbers of eight bits, too: then nothing is lost. */
function levelsOf({ scales, inner }: Steps, differences: Float64Array): Levels | undefined {
  const fits = differences.every((value) => value >= LEAST && value <= MOST);
  return fits ? { levels: Int8Array.from(differences), scales, inner } : undefined;
}

export const quantizationFolds: Readonly<Record<string, Fold>> = {
  DequantizeLinear: dequantizeLinear,
  QuantizeLinear: quantizeLinear,
};
