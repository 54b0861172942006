/** The registry: a layer is a file beside this one and a line here. */
import { conv2d } from './conv2d.ts';
import type { Layer } from './layer.ts';

export const layers = {
  conv2d,
} satisfies Record<string, Layer>;

export type LayerKind = keyof typeof layers;

/** Looks a layer up by the text of a document; undefined where there is none. */
export const findLayer = (kind: string): Layer | undefined =>
  Object.hasOwn(layers, kind) ? layers[kind as LayerKind] : undefined;
