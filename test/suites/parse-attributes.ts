/** Attributes as a graph document would bring them. */
import { parseWith } from '../../engine/json.ts';
import type { Layer } from '../../engine/layers/layer.ts';

/** @throws EngineError `invalid-graph` */
export const parseAttributes = (layer: Layer, raw: object): unknown =>
  parseWith(layer.attributes, raw, 'invalid-graph', ['attributes']);
