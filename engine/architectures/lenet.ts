/** LeNet with 3×3 windows: the smallest network that shows all of a CNN (after LeCun et al. 1998; 225,034 weights). */
import { type Architecture, Builder } from './architecture.ts';

export const lenet: Architecture = {
  summary: 'two 3×3 convolutions with pooling, two dense layers',
  size: [28, 28],
  channels: 'gray',
  build: (options) => {
    const b = new Builder();
    b.add('conv1', 'conv2d', { filters: 32, size: 3 });
    b.add('relu1', 'relu');
    b.add('pool1', 'maxPool2d', { size: 2 });
    b.add('conv2', 'conv2d', { filters: 64, size: 3 });
    b.add('relu2', 'relu');
    b.add('pool2', 'maxPool2d', { size: 2 });
    b.add('flatten', 'flatten');
    b.add('dense1', 'dense', { units: 128 });
    b.add('relu3', 'relu');
    b.add('dense2', 'dense', { units: options.classes });
    return b.finish(options);
  },
};
