/** The gradients of softmax and its logarithm, and the loss that classifiers are trained with. */
import { Elementwise } from '../elementwise';
import { Exp, Log } from '../math';
import { Softmax } from '../softmax';

@unmanaged
class LogSoftmaxBackward {
  @inline
  of(y: v128, dy: v128, sum: v128, q: v128): v128 {
    return f32x4.sub(dy, f32x4.mul(changetype<Exp>(0).of(y, dy, sum, q), sum));
  }
}

/** dx [rows,N] = y·(dy − Σ dy·y) over each row, y = softmax(x). */
export function softmaxBackward(y: usize, dy: usize, dx: usize, rows: i32, n: i32): void {
  const rowBytes = (<usize>n) << 2;
  for (let row = 0; row < rows; row++, y += rowBytes, dy += rowBytes, dx += rowBytes) {
    let dot: f32 = 0;
    for (let i: usize = 0; i < rowBytes; i += 4) dot += load<f32>(y + i) * load<f32>(dy + i);
    for (let i: usize = 0; i < rowBytes; i += 4) store<f32>(dx + i, load<f32>(y + i) * (load<f32>(dy + i) - dot));
  }
}

/** dx [rows,N] = dy − e^y·Σ dy over each row, y = logSoftmax(x). */
export function logSoftmaxBackward(y: usize, dy: usize, dx: usize, rows: i32, n: i32): void {
  const rowBytes = (<usize>n) << 2;
  for (let row = 0; row < rows; row++, y += rowBytes, dy += rowBytes, dx += rowBytes) {
    let sum: f32 = 0;
    for (let i: usize = 0; i < rowBytes; i += 4) sum += load<f32>(dy + i);
    Elementwise.run<LogSoftmaxBackward>(y, dy, dx, n, sum, 0);
  }
}

/**
 * losses[n] = −Σ targets·ln softmax(logits) over each row (natural logarithm), and its gradient times `scale`:
 *   dLogits [N,classes] = (softmax(logits)·Σ targets − targets)·scale
 * targets [N,classes]: probabilities, one-hot or soft. Nothing overflows: logits are shifted by their maximum, and the
 * logarithm of the sum is taken instead of that of a tiny quotient.
 */
export function softmaxCrossEntropy(
  logits: usize,
  targets: usize,
  dLogits: usize,
  losses: usize,
  n: i32,
  classes: i32,
  scale: f32,
): void {
  const rowBytes = (<usize>classes) << 2;
  for (let row = 0; row < n; row++) {
    const largest = Softmax.largest(logits, classes);
    const sum = Softmax.exponentials(logits, dLogits, classes, largest);
    const logOfSum = Log.scalar(sum);
    let loss: f32 = 0;
    let total: f32 = 0;
    for (let i: usize = 0; i < rowBytes; i += 4) {
      const target = load<f32>(targets + i);
      loss += target * (logOfSum - (load<f32>(logits + i) - largest));
      total += target;
    }
    const factor = total / sum;
    for (let i: usize = 0; i < rowBytes; i += 4) {
      store<f32>(dLogits + i, (load<f32>(dLogits + i) * factor - load<f32>(targets + i)) * scale);
    }
    store<f32>(losses + ((<usize>row) << 2), loss);
    logits += rowBytes;
    targets += rowBytes;
    dLogits += rowBytes;
  }
}
