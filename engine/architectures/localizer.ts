/**
 * Says what is in a picture and where: one trunk, two heads. The features keep their places up to the dense layers, since
 * an average over all places would forget where the thing is. The box is linear, not a sigmoid: its error reaches the
 * weights undiminished wherever the box lies, and nothing has to be far out to say "at the border".
 */
import { type Architecture, Builder } from './architecture.ts';

const WIDTHS = [16, 32, 48, 64] as const;

export const localizer: Architecture = {
  summary: 'class and one box: four convolutions with batch norm and pooling, two heads',
  size: [64, 64],
  channels: 'RGB',
  build: (options) => {
    const b = new Builder();
    WIDTHS.forEach((filters, i) => {
      b.add(`conv${i + 1}`, 'conv2d', { filters, size: 3, padding: 1, bias: false });
      b.add(`norm${i + 1}`, 'batchNorm2d');
      b.add(`relu${i + 1}`, 'relu');
      b.add(`pool${i + 1}`, 'maxPool2d', { size: 2 });
    });
    b.add('flatten', 'flatten');
    b.add('dense', 'dense', { units: 128 });
    const features = b.add('relu5', 'relu');
    b.add('classes', 'dense', { units: options.classes }, [features]);
    b.add('corners', 'dense', { units: 4 }, [features]);
    return b.finish(options, [
      { name: 'scores', from: 'classes', layout: 'NC' },
      { name: 'box', from: 'corners', layout: 'NC' },
    ]);
  },
};
