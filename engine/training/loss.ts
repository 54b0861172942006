/** What the network should say: the targets of the cross-entropy (assembly/backward has the loss itself). */

/**
 * Writes one-hot targets [samples, classes], smoothed: the right class gets 1 − ε + ε/classes, every other ε/classes
 * (Szegedy et al. 2016).
 * @param smoothing ε in 0…1
 */
export function classTargets(
  classes: ArrayLike<number>,
  classCount: number,
  smoothing: number,
  targets: Float32Array,
): void {
  targets.fill(smoothing / classCount);
  for (let i = 0; i < classes.length; i++) {
    targets[i * classCount + (classes[i] as number)] = 1 - smoothing + smoothing / classCount;
  }
}
