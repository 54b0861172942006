/** MobileNetV2 (Sandler et al. 2018, table 2): inverted residuals, depthwise 3×3, ReLU6. 3.5 M weights, 301 M multiply-adds. */
import type { Model } from '../../../engine/model-file.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Expansion, channels, blocks, stride of the first block. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** What a block adds to its input: a quarter of the input's energy, so that a stage of four does not even double it. */
const RESIDUAL_GAIN = 0.5;

/** The nearest multiple of 8 that is not more than a tenth smaller (the paper's reference implementation). */
export function roundToEight(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

export function mobilenetV2({ side = 224, width = 1 } = {}): Model {
  const b = new NetworkBuilder();
  let channels = roundToEight(32 * width);
  b.convolution('stem', channels, 3, { stride: 2, gain: 1, activation: 'relu6' });
  STAGES.forEach(([expansion, filters, blocks, firstStride], stage) => {
    for (let block = 0; block < blocks; block++) {
      const id = `stage${stage + 1}.block${block + 1}`;
      const stride = block === 0 ? firstStride : 1;
      const output = roundToEight(filters * width);
      const input = b.last;
      const isResidual = stride === 1 && channels === output;
      if (expansion > 1) b.convolution(`${id}.expand`, channels * expansion, 1, { gain: 1, activation: 'relu6' });
      b.depthwise(`${id}.depthwise`, 3, { stride, activation: 'relu6' });
      b.convolution(`${id}.project`, output, 1, { gain: isResidual ? RESIDUAL_GAIN : 2 });
      if (isResidual) b.add(`${id}.add`, 'add', {}, [b.last, input]);
      channels = output;
    }
  });
  b.convolution('head', roundToEight(1280 * Math.max(1, width)), 1, { gain: 1, activation: 'relu6' });
  b.add('pool', 'globalAveragePool2d');
  b.dense('classes', 1000);
  return b.finish('mobilenet-v2', [side, side, 3]);
}
