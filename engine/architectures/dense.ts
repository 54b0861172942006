/** A multilayer perceptron: every pixel to every unit. The network that a course warns of, beside which a CNN shines. */
import { type Architecture, Builder } from './architecture.ts';

export const dense: Architecture = {
  summary: 'dense layers of 512 and 128 units on the flattened picture',
  size: [28, 28],
  channels: 'gray',
  build: (options) => {
    const b = new Builder();
    b.add('flatten', 'flatten');
    b.add('dense1', 'dense', { units: 512 });
    b.add('relu1', 'relu');
    b.add('dense2', 'dense', { units: 128 });
    b.add('relu2', 'relu');
    b.add('dense3', 'dense', { units: options.classes });
    return b.finish(options);
  },
};
