/** ResNet-18 (He et al. 2015, table 1): 3×3 convolutions and identities. 11.7 M weights, 1.8 G multiply-adds. */
import type { Model } from '../../../engine/model-file.ts';
import { NetworkBuilder } from './network-builder.ts';

const STAGES = [64, 128, 256, 512] as const;
/** Two halves make a whole: main path and shortcut each carry half of the energy. */
const HALF_GAIN = 1;

export function resnet18({ side = 224 } = {}): Model {
  const b = new NetworkBuilder();
  b.convolution('stem', 64, 7, { stride: 2, gain: 1, activation: 'relu' });
  b.add('pool1', 'maxPool2d', { size: 3, stride: 2, padding: 1 });
  STAGES.forEach((filters, stage) => {
    for (let block = 0; block < 2; block++) {
      const id = `stage${stage + 1}.block${block + 1}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const input = b.last;
      const shortcut = stride === 1 ? input : b.convolution(`${id}.shortcut`, filters, 1, { stride, gain: HALF_GAIN });
      b.convolution(`${id}.conv1`, filters, 3, { stride, from: input, activation: 'relu' });
      const main = b.convolution(`${id}.conv2`, filters, 3, { gain: HALF_GAIN });
      b.add(`${id}.add`, 'add', {}, [main, shortcut]);
      b.add(`${id}.relu`, 'relu');
    }
  });
  b.add('pool2', 'globalAveragePool2d');
  b.dense('classes', 1000);
  return b.finish('resnet18', [side, side, 3]);
}
