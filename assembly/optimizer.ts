/**
 * Updates of flat ranges of weights, by PyTorch's formulas. Settings come as f64 and are combined in f64, as there;
 * the arithmetic on elements is f32. An element's bits do not depend on its place (Simd.load).
 */
import { Simd } from './simd';

/**
 * A moment that no gradient feeds any more shrinks step by step; below the smallest normal number it would stay for ever
 * (four times 2⁻¹⁴⁹ less a tenth is rounded to itself), and processors take a hundred cycles for such a number. It counts
 * as zero: LeNet's Adam, whose corner pixels never change, took seven times as long after 850 steps.
 */
class Moment {
  @inline
  static normal(x: v128, smallest: v128): v128 {
    return v128.andnot(x, f32x4.lt(f32x4.abs(x), smallest)); // a NaN stays
  }
}

class Sgd {
  /** v ← momentum·v + g + decay·w;  w ← w − lr·v, or w − lr·(g + decay·w + momentum·v) with Nesterov's look-ahead. */
  @inline
  static update(
    w: usize,
    g: usize,
    v: usize,
    lanes: i32,
    lr: v128,
    momentum: v128,
    weightDecay: v128,
    nesterov: bool,
  ): void {
    const weight = Simd.load(w, lanes);
    const gradient = f32x4.add(Simd.load(g, lanes), f32x4.mul(weightDecay, weight));
    const sum = f32x4.add(f32x4.mul(momentum, Simd.load(v, lanes)), gradient);
    const velocity = Moment.normal(sum, f32x4.splat(f32.MIN_NORMAL_VALUE));
    const step = nesterov ? f32x4.add(gradient, f32x4.mul(momentum, velocity)) : velocity;
    Simd.store(v, velocity, lanes);
    Simd.store(w, f32x4.sub(weight, f32x4.mul(lr, step)), lanes);
  }
}

/** SGD with momentum (torch.optim.SGD, no dampening). w, g, v: weights, gradient, velocity (0 at the start); n each. */
export function sgdUpdate(
  w: usize,
  g: usize,
  v: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  weightDecay: f64,
  nesterov: bool,
): void {
  const rate = f32x4.splat(<f32>lr);
  const keep = f32x4.splat(<f32>momentum);
  const decay = f32x4.splat(<f32>weightDecay);
  const end = w + ((<usize>(n & ~3)) << 2);
  for (; w != end; w += 16, g += 16, v += 16) Sgd.update(w, g, v, 4, rate, keep, decay, nesterov);
  if (n & 3) Sgd.update(w, g, v, n & 3, rate, keep, decay, nesterov);
}

/** The numbers of one Adam step, in static memory: nine vectors would not fit into registers beside the rest. */
@unmanaged
class Adam {
  shrink: f32;
  gradientDecay: f32;
  beta1: f32;
  rest1: f32;
  beta2: f32;
  rest2: f32;
  /** One over the correction of √v. */
  deviation: f32;
  epsilon: f32;
  stepSize: f32;
  /** The smallest normal number: a constant would be built anew at every use. */
  smallest: f32;

  @inline
  update(w: usize, g: usize, m: usize, v: usize, lanes: i32): void {
    const weight = f32x4.mul(Simd.load(w, lanes), f32x4.splat(this.shrink));
    const gradient = f32x4.add(Simd.load(g, lanes), f32x4.mul(weight, f32x4.splat(this.gradientDecay)));
    const first = Moment.normal(
      f32x4.add(f32x4.mul(Simd.load(m, lanes), f32x4.splat(this.beta1)), f32x4.mul(gradient, f32x4.splat(this.rest1))),
      f32x4.splat(this.smallest),
    );
    const second = Moment.normal(
      f32x4.add(
        f32x4.mul(Simd.load(v, lanes), f32x4.splat(this.beta2)),
        f32x4.mul(f32x4.mul(gradient, gradient), f32x4.splat(this.rest2)),
      ),
      f32x4.splat(this.smallest),
    );
    const deviation = f32x4.mul(f32x4.sqrt(second), f32x4.splat(this.deviation));
    const ratio = f32x4.div(first, f32x4.add(deviation, f32x4.splat(this.epsilon)));
    Simd.store(m, first, lanes);
    Simd.store(v, second, lanes);
    Simd.store(w, f32x4.sub(weight, f32x4.mul(f32x4.splat(this.stepSize), ratio)), lanes);
  }
}

const adam = changetype<Adam>(memory.data(offsetof<Adam>(), 16));

/**
 * Adam (Kingma and Ba 2015), or AdamW (Loshchilov and Hutter 2019) where `decoupled`: weights then shrink by
 * lr·weightDecay beside the step instead of through the gradient.
 *   w, g, m, v: weights, gradient, first and second moment (0 at the start); n each
 *   correction1, correction2: 1 − β1^t and 1 − β2^t at step t = 1, 2 …
 */
export function adamUpdate(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  n: i32,
  lr: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  correction1: f64,
  correction2: f64,
  weightDecay: f64,
  decoupled: bool,
): void {
  adam.shrink = decoupled ? <f32>(1.0 - lr * weightDecay) : 1;
  adam.gradientDecay = decoupled ? 0 : <f32>weightDecay;
  adam.beta1 = <f32>beta1;
  adam.rest1 = <f32>(1.0 - beta1);
  adam.beta2 = <f32>beta2;
  adam.rest2 = <f32>(1.0 - beta2);
  adam.deviation = <f32>(1.0 / sqrt(correction2));
  adam.epsilon = <f32>epsilon;
  adam.stepSize = <f32>(lr / correction1);
  adam.smallest = f32.MIN_NORMAL_VALUE;
  const end = w + ((<usize>(n & ~3)) << 2);
  for (; w != end; w += 16, g += 16, m += 16, v += 16) adam.update(w, g, m, v, 4);
  if (n & 3) adam.update(w, g, m, v, n & 3);
}
