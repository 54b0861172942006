/** What an import may cost: a hostile file is refused before it takes the time or memory that it asks for. */

export const onnxLimits = {
  /** Nodes of a file, constants and shape arithmetic included. */
  nodes: 100_000,
  /** Whatever else a graph lists: initializers, inputs, outputs, shapes of values. */
  entries: 1_000_000,
  /** Axes of a value or a tensor. */
  axes: 16,
  /** Elements of everything that is computed at import (fold.ts). */
  foldedElements: 2 ** 26,
  /** Elements of all weights, in every order in which nodes want them: they and their packed copies share a 32-bit memory. */
  weightElements: 2 ** 29,
  /** Characters of the name of an input or output. */
  name: 200,
  /** Inputs, and outputs. */
  ends: 100,
} as const;
