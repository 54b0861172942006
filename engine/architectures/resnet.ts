/** Residual networks for small pictures (He et al. 2015, §4.2): three stages of 16, 32, 64 filters, 6n + 2 layers. */
import { type Architecture, Builder } from './architecture.ts';

const WIDTHS = [16, 32, 64] as const;

/** conv 3×3 – norm – relu – conv 3×3 – norm, plus the shortcut, which is a 1×1 convolution where the shape changes. */
function block(b: Builder, name: string, filters: number, stride: number, isWider: boolean): void {
  const input = b.last;
  b.add(`${name}.conv1`, 'conv2d', { filters, size: 3, stride, padding: 1, bias: false });
  b.add(`${name}.norm1`, 'batchNorm2d');
  b.add(`${name}.relu1`, 'relu');
  b.add(`${name}.conv2`, 'conv2d', { filters, size: 3, padding: 1, bias: false });
  const main = b.add(`${name}.norm2`, 'batchNorm2d');
  let shortcut = input;
  if (isWider) {
    b.add(`${name}.shortcut`, 'conv2d', { filters, size: 1, stride, bias: false }, [input]);
    shortcut = b.add(`${name}.shortcutNorm`, 'batchNorm2d');
  }
  b.add(`${name}.add`, 'add', {}, [main, shortcut]);
  b.add(`${name}.relu2`, 'relu');
}

/** `blocks` residual blocks a stage. */
export const resnet = (blocks: number): Architecture => ({
  summary: `residual network of ${6 * blocks + 2} layers with batch norm`,
  size: [32, 32],
  channels: 'RGB',
  build: (options) => {
    const b = new Builder();
    b.add('conv1', 'conv2d', { filters: WIDTHS[0], size: 3, padding: 1, bias: false });
    b.add('norm1', 'batchNorm2d');
    b.add('relu1', 'relu');
    WIDTHS.forEach((filters, stage) => {
      for (let index = 0; index < blocks; index++) {
        const isWider = stage > 0 && index === 0;
        block(b, `stage${stage + 1}.block${index + 1}`, filters, isWider ? 2 : 1, isWider);
      }
    });
    b.add('pool', 'globalAveragePool2d');
    b.add('dense', 'dense', { units: options.classes });
    return b.finish(options);
  },
});
