/** How long the stages of a request took: the `Server-Timing` header. */

/** In the order in which they happen. */
const stages = ['decode', 'preprocess', 'run', 'postprocess', 'encode'] as const;
export type Stage = (typeof stages)[number];

export class ServerTiming {
  readonly #milliseconds = new Map<Stage, number>();

  /** Runs `work` and adds its time to the stage. In production the clock moves on I/O only, and all of this reads 0. */
  measure<T>(stage: Stage, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#milliseconds.set(stage, (this.#milliseconds.get(stage) ?? 0) + performance.now() - start);
    }
  }

  /** `decode;dur=1.25, run;dur=0.4`; undefined where nothing was measured. */
  get header(): string | undefined {
    const entries = stages.flatMap((stage) => {
      const milliseconds = this.#milliseconds.get(stage);
      return milliseconds === undefined ? [] : [`${stage};dur=${Number(milliseconds.toFixed(3))}`];
    });
    return entries.length > 0 ? entries.join(', ') : undefined;
  }
}
