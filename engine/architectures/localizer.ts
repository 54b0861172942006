/**
 * Says what is in a picture and where: one trunk, two heads. What a thing is does not hang on its place: the class comes from
 * the strongest answer of each filter, wherever it is. The box is all place: it comes from features that still have theirs.
 * It is linear, not a sigmoid: its error reaches the weights undiminished, and "at the border" is no far-out number.
 */
import { type Architecture, Builder } from './architecture.ts';

/** Convolution – norm – relu. */
function convolution(b: Builder, name: string, filters: number, size: 1 | 3, stride: 1 | 2 = 1): string {
  b.add(`${name}.conv`, 'conv2d', { filters, size, stride, padding: (size - 1) / 2, bias: false });
  b.add(`${name}.norm`, 'batchNorm2d');
  return b.add(`${name}.relu`, 'relu');
}

export const localizer: Architecture = {
  summary: 'class and one box: four convolutions with batch norm, two heads',
  size: [64, 64],
  channels: 'RGB',
  build: (options) => {
    const b = new Builder();
    convolution(b, 'stage1', 24, 3, 2);
    convolution(b, 'stage2', 32, 3);
    b.add('pool2', 'maxPool2d', { size: 2 });
    convolution(b, 'stage3', 48, 3);
    b.add('pool3', 'maxPool2d', { size: 2 });
    const features = convolution(b, 'stage4', 64, 3);

    b.add('anywhere', 'globalMaxPool2d');
    const scores = b.add('classes', 'dense', { units: options.classes });

    b.last = features;
    convolution(b, 'reduced', 16, 1);
    b.add('flatten', 'flatten');
    b.add('where', 'dense', { units: 128 });
    b.add('where.relu', 'relu');
    const box = b.add('corners', 'dense', { units: 4 });

    return b.finish(options, [
      { name: 'scores', from: scores, layout: 'NC' },
      { name: 'box', from: box, layout: 'NC' },
    ]);
  },
};
