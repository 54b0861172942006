/** The contestants by name: each is loaded in a process of its own, so nothing is imported before it is asked for. */
import type { Contestant } from './contestant.ts';

export const contestants = {
  borde: async () => (await import('./borde.ts')).borde,
  imported: async () => (await import('./imported.ts')).imported,
  workerd: async () => (await import('./workerd.ts')).workerd,
  tfjs: async () => (await import('./tfjs.ts')).tfjs,
  ort: async () => (await import('./onnxruntime-web.ts')).onnxruntimeWeb,
  native: async () => (await import('./onnxruntime-node.ts')).onnxruntimeNode,
  peak: async () => (await import('../peak/peak.ts')).peak,
} satisfies Record<string, () => Promise<Contestant>>;

export type ContestantName = keyof typeof contestants;
