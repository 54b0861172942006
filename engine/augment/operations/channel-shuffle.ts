import { excerpt } from '../../json.ts';
import { augmentation } from '../augmentation.ts';
import { fixed } from '../options.ts';
import { type Path, pipelineError } from '../pipeline-error.ts';
import { isFloat } from '../resampling.ts';

type Order = readonly [number, number, number];

function parseOrder(value: unknown, path: Path): Order {
  const isOrder = Array.isArray(value) && value.length === 3 && [0, 1, 2].every((channel) => value.includes(channel));
  if (!isOrder) throw pipelineError(path, `expected 0, 1 and 2 in any order, got ${excerpt(value)}`);
  return value as unknown as Order;
}

/** Red, green and blue change places: channel i ← channel order[i], each order as likely as the others. */
export const channelShuffle = augmentation({
  summary: 'red, green and blue change places',
  options: {
    order: fixed<Order | undefined>('0, 1 and 2 in any order; drawn unless given', parseOrder, undefined, '–'),
  },
  needs: 'rgb',
  settle: ({ order }, random) => ({ order: order ?? ([...random.shuffle(3)] as unknown as Order) }),
  apply: ({ studio, image, params: { order } }) => {
    const { ptr, width, height, channels } = image;
    studio.call.permuteChannels(ptr, width * height, channels, isFloat(image), ...(order as Order));
    return image;
  },
  samples: [{}, { order: [2, 0, 1] }],
});
