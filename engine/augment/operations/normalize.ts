import { excerpt } from '../../json.ts';
import { augmentation } from '../augmentation.ts';
import { fixed } from '../options.ts';
import { type Path, pipelineError } from '../pipeline-error.ts';

const isNumber = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 1e6;

/** One number, or one a channel. */
const list = (isFit: (value: number) => boolean, what: string, byDefault: number) =>
  fixed<readonly number[]>(
    what,
    (value, path: Path) => {
      const values = Array.isArray(value) ? value : [value];
      if (values.length === 0 || !values.every((item) => isNumber(item) && isFit(item))) {
        throw pipelineError(path, `expected ${what}, got ${excerpt(value)}`);
      }
      return values;
    },
    [byDefault],
    String(byDefault),
  );

/**
 * (x·scale − mean) / std, the arithmetic between pixels and network. In training it becomes the model's own
 * pre-processing, so that the model sees in use what it saw in training; the pixels stay levels until then.
 */
export const normalize = augmentation({
  summary: 'what the network is fed: (x·scale − mean) / std',
  only: 'training',
  options: {
    mean: list(() => true, 'a number, or one a channel', 0),
    std: list((value) => value > 0, 'a number above 0, or one a channel', 1),
    scale: fixed<number>(
      'a number above 0',
      (value, path) => {
        if (!isNumber(value) || value <= 0)
          throw pipelineError(path, `expected a number above 0, got ${excerpt(value)}`);
        return value;
      },
      1 / 255,
      '1/255',
    ),
  },
  samples: [{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }],
});
