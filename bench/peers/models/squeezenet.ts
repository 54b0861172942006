/** SqueezeNet 1.1 (Iandola et al. 2016, the release of the authors): fire modules, no dense layer. 1.2 M weights, 349 M multiply-adds. */
import type { Model } from '../../../engine/model-file.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Channels after squeezing, channels of each of the two expansions; a pool stands where it says so. */
const MODULES = [
  'pool',
  [16, 64],
  [16, 64],
  'pool',
  [32, 128],
  [32, 128],
  'pool',
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
] as const;

export function squeezenet({ side = 224 } = {}): Model {
  const b = new NetworkBuilder();
  b.convolution('stem', 64, 3, { stride: 2, gain: 1, activation: 'relu', padding: 0 });
  MODULES.forEach((module, index) => {
    if (module === 'pool') {
      b.add(`pool${index}`, 'maxPool2d', { size: 3, stride: 2 });
      return;
    }
    const [squeezed, expanded] = module;
    const id = `fire${index}`;
    const from = b.convolution(`${id}.squeeze`, squeezed, 1, { activation: 'relu' });
    const point = b.convolution(`${id}.expand1x1`, expanded, 1, { from, activation: 'relu' });
    const square = b.convolution(`${id}.expand3x3`, expanded, 3, { from, activation: 'relu' });
    b.add(`${id}.concat`, 'concat', { axis: 3 }, [point, square]);
  });
  b.convolution('classes', 1000, 1, { activation: 'relu' });
  b.add('pool', 'globalAveragePool2d');
  return b.finish('squeezenet1.1', [side, side, 3]);
}
