/** The registry of Keras' layers: what each becomes. */
import type { LayerReader } from '../layer-operation.ts';
import { plain } from './plain.ts';
import { weighted } from './weighted.ts';

export const layers: Readonly<Record<string, LayerReader>> = { ...plain, ...weighted };
