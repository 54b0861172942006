/** The contestants by name: each is loaded in a process of its own, so nothing is imported before it is asked for. */
import { eightBitFolder } from '../prepared.ts';
import type { Contestant } from './contestant.ts';

/** A contestant on the model in eight bits. */
const onEightBits = ({ load }: Contestant): Contestant => ({
  load: (folder, options) => load(eightBitFolder(folder), options),
});

export const contestants = {
  borde: async () => (await import('./borde.ts')).borde,
  imported: async () => (await import('./imported.ts')).imported,
  workerd: async () => (await import('./workerd.ts')).workerd,
  int8: async () => onEightBits((await import('./borde.ts')).borde),
  'workerd-int8': async () => onEightBits((await import('./workerd.ts')).workerd),
  tfjs: async () => (await import('./tfjs.ts')).tfjs,
  ort: async () => (await import('./onnxruntime-web.ts')).onnxruntimeWeb,
  'ort-int8': async () => onEightBits((await import('./onnxruntime-web.ts')).onnxruntimeWeb),
  native: async () => (await import('./onnxruntime-node.ts')).onnxruntimeNode,
  peak: async () => (await import('../peak/peak.ts')).peak,
} satisfies Record<string, () => Promise<Contestant>>;

export type ContestantName = keyof typeof contestants;
