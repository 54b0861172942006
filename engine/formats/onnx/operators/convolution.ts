/** Conv and ConvTranspose: filters are turned into the engine's layouts here, once. */
import { formatShape, type Shape, type Tensor } from '../../../tensor.ts';
import type { Operation, Reader } from '../operation.ts';
import type { Constant } from '../tensor.ts';
import { vector } from './arithmetic.ts';
import { autoPadding, paddingOf, pairOf, windowOf } from './window.ts';

interface Filter {
  readonly constant: Constant;
  /** [A,B,KH,KW], of height 1 in 1-D. */
  readonly shape: readonly [number, number, number, number];
  readonly size: readonly [number, number];
  readonly spatial: number;
}

function filterOf(op: Operation): Filter {
  const constant = op.constant(1, 'the filter');
  const rank = op.shape(0).length;
  if ((rank !== 3 && rank !== 4) || constant.shape.length !== rank) {
    const [x, w] = [formatShape(op.shape(0)), formatShape(constant.shape)];
    throw op.unsupported('rank', `expected 3 or 4 axes of input and filter, got ${x} and ${w}`);
  }
  const shape = rank === 3 ? constant.shape.toSpliced(2, 0, 1) : constant.shape;
  const [a, b, kh, kw] = shape as [number, number, number, number];
  return { constant, shape: [a, b, kh, kw], size: [kh, kw], spatial: rank - 2 };
}

function biasOf(op: Operation): { readonly bias?: Tensor } {
  const constant = op.optionalConstant(2, 'the bias');
  return constant ? { bias: vector(op, constant) } : {};
}

/** y = x ⋆ filter [OC,IC/groups,KH,KW] + bias. */
const conv: Reader = (op) => {
  const filter = filterOf(op);
  const x = op.graph.image(op.input(0));
  const [outputs, inputs, kh, kw] = filter.shape;
  const groups = op.attributes.integer('group', 1);
  const channels = x.shape[3] as number;
  const window = windowOf(op, filter.spatial, filter.size);
  const bias = biasOf(op);
  if (inputs * groups !== channels) {
    const expected = `${groups} groups of ${inputs} input channels`;
    throw op.invalid(`its filter ${formatShape(filter.constant.shape)} expects ${expected}, its input has ${channels}`);
  }
  const isDepthwise = groups > 1 && inputs === 1;
  const shape = isDepthwise ? [kh, kw, channels, outputs / channels] : [kh, kw, inputs, outputs];
  const weights = { filter: op.graph.filter(filter.constant, filter.shape, [2, 3, 1, 0], shape, outputs), ...bias };
  const hasBias = bias.bias !== undefined;
  const y = isDepthwise
    ? op.graph.add('depthwiseConv2d', [x], { multiplier: outputs / channels, ...window, bias: hasBias }, weights)
    : op.graph.add('conv2d', [x], { filters: outputs, ...window, groups, bias: hasBias }, weights);
  return op.graph.fromImage(y, op.shape(0).length);
};

/** The transpose of a convolution; filter [IC,OC/groups,KH,KW]. */
const convTranspose: Reader = (op) => {
  const filter = filterOf(op);
  const x = op.graph.image(op.input(0));
  const [inputs, outputs, kh, kw] = filter.shape;
  const groups = op.attributes.integer('group', 1);
  if (inputs !== x.shape[3]) {
    throw op.invalid(
      `its filter ${formatShape(filter.constant.shape)} expects ${inputs} channels, its input has ${x.shape[3]}`,
    );
  }
  const bias = biasOf(op);
  const attributes = {
    filters: outputs * groups,
    size: filter.size,
    stride: pairOf(op, 'strides', 1, filter.spatial),
    dilation: pairOf(op, 'dilations', 1, filter.spatial),
    ...transposedPadding(op, filter, x.shape),
    groups,
    bias: bias.bias !== undefined,
  };
  const shape = [kh, kw, inputs, outputs];
  const weights = { filter: op.graph.filter(filter.constant, filter.shape, [2, 3, 0, 1], shape, outputs), ...bias };
  return op.graph.fromImage(op.graph.add('convTranspose2d', [x], attributes, weights), op.shape(0).length);
};

/** Padding and output padding, also where they follow from a wanted `output_shape` (ONNX ConvTranspose). */
function transposedPadding(op: Operation, filter: Filter, x: Shape) {
  const stride = pairOf(op, 'strides', 1, filter.spatial);
  const dilation = pairOf(op, 'dilations', 1, filter.spatial);
  const given = op.attributes.has('output_padding')
    ? pairOf(op, 'output_padding', 0, filter.spatial)
    : ([0, 0] as const);
  // In 1-D the height has no padding of its own.
  const extra: readonly [number, number] = filter.spatial === 1 ? [0, given[1]] : given;
  const automatic = autoPadding(op);
  const isSame = automatic === 'same' || automatic === 'sameLower';
  if (!isSame && !op.attributes.has('output_shape')) {
    return { padding: automatic ?? paddingOf(op, filter.spatial), outputPadding: extra };
  }
  const wanted = op.attributes.has('output_shape') ? wantedSides(op, filter.spatial, x) : undefined;
  const padding: number[] = [];
  const outputPadding: number[] = [];
  for (const axis of [0, 1] as const) {
    const input = x[axis + 1] as number;
    const reach = (filter.size[axis] - 1) * dilation[axis] + 1;
    const natural = stride[axis] * (input - 1) + extra[axis] + reach;
    const total = natural - (wanted?.[axis] ?? input * stride[axis]);
    const cut = Math.max(0, total);
    const half = automatic === 'same' ? Math.floor(cut / 2) : cut - Math.floor(cut / 2);
    padding.push(half, cut - half);
    outputPadding.push(extra[axis] + Math.max(0, -total));
  }
  return { padding, outputPadding };
}

/** `output_shape` holds the spatial sides, in some files all of them. */
function wantedSides(op: Operation, spatial: number, x: Shape): readonly [number, number] {
  const sides = (op.attributes.integers('output_shape') as readonly number[]).slice(-spatial);
  return spatial === 1 ? [x[1] as number, sides[0] as number] : [sides[0] as number, sides[1] as number];
}

export const convolution: Readonly<Record<string, Reader>> = { Conv: conv, ConvTranspose: convTranspose };
