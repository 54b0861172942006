/**
 * MobileNetV3-small (Howard et al. 2019, table 2, as torchvision has it): 5×5 depthwise, squeeze-and-excite, hard swish.
 * 2.5 M weights, 57 M multiply-adds.
 */
import type { Model } from '../../../engine/model-file.ts';
import { roundToEight } from './mobilenet-v2.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Window, expanded channels, output channels, squeeze-and-excite, activation, stride. */
const BLOCKS = [
  [3, 16, 16, true, 'relu', 2],
  [3, 72, 24, false, 'relu', 2],
  [3, 88, 24, false, 'relu', 1],
  [5, 96, 40, true, 'hardSwish', 2],
  [5, 240, 40, true, 'hardSwish', 1],
  [5, 240, 40, true, 'hardSwish', 1],
  [5, 120, 48, true, 'hardSwish', 1],
  [5, 144, 48, true, 'hardSwish', 1],
  [5, 288, 96, true, 'hardSwish', 2],
  [5, 576, 96, true, 'hardSwish', 1],
  [5, 576, 96, true, 'hardSwish', 1],
] as const;

/** Energy that has to be made up for: hard swish leaves a third of it, a gate of about ½ a quarter. */
const GAINS = { relu: 2, hardSwish: 3 } as const;
const GATED_GAIN = 4;
const RESIDUAL_GAIN = 0.5;

/** Each channel times a number in 0…1 that the means of all channels decide. */
function squeezeAndExcite(b: NetworkBuilder, id: string, channels: number): void {
  const input = b.last;
  b.add(`${id}.squeeze`, 'reduceMean', { axes: [1, 2], keepDimensions: true });
  b.convolution(`${id}.reduce`, roundToEight(channels / 4), 1, { activation: 'relu' });
  b.convolution(`${id}.excite`, channels, 1, { activation: 'hardSigmoid' });
  b.add(`${id}.gate`, 'mul', {}, [input, b.last]);
}

export function mobilenetV3Small({ side = 224 } = {}): Model {
  const b = new NetworkBuilder();
  b.convolution('stem', 16, 3, { stride: 2, gain: 1, activation: 'hardSwish' });
  let channels = 16;
  BLOCKS.forEach(([size, expanded, filters, isGated, activation, stride], index) => {
    const id = `block${index + 1}`;
    const input = b.last;
    const isResidual = stride === 1 && channels === filters;
    if (expanded !== channels) b.convolution(`${id}.expand`, expanded, 1, { gain: 1, activation });
    b.depthwise(`${id}.depthwise`, size, { stride, gain: GAINS[activation], activation });
    if (isGated) squeezeAndExcite(b, `${id}.gate`, expanded);
    const gain = GAINS[activation] * (isGated ? GATED_GAIN : 1);
    b.convolution(`${id}.project`, filters, 1, { gain: isResidual ? gain * RESIDUAL_GAIN : gain });
    if (isResidual) b.add(`${id}.add`, 'add', {}, [b.last, input]);
    channels = filters;
  });
  b.convolution('head', 576, 1, { gain: 1, activation: 'hardSwish' });
  b.add('pool', 'globalAveragePool2d');
  b.dense('dense', 1024, GAINS.hardSwish);
  b.add('dense.hardSwish', 'hardSwish');
  b.dense('classes', 1000, GAINS.hardSwish);
  return b.finish('mobilenet-v3-small', [side, side, 3]);
}
