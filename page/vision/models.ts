/** Which models there are for photos: the worker's cards, or, where it has none of them, the names that are shipped. */
import type { TaskKind } from './findings.ts';

/** What the page knows of a model before its file is loaded; a model that only has a name may turn out to be missing. */
export interface ModelEntry {
  readonly name: string;
  readonly task?: TaskKind;
  /** Of its weights in the file. */
  readonly bytes?: number;
  readonly precision?: string;
  /** Width and height of the pictures that it looks at. */
  readonly size?: readonly [number, number];
}

/** Shipped, in the order in which they are offered; the first one there is looks first. */
const SHIPPED: readonly ModelEntry[] = [
  { name: 'coco-detector', task: 'detect' },
  { name: 'selfie-segmenter', task: 'segment' },
  { name: 'shapes-localizer', task: 'localize' },
];

/** The model of the page's other view: it reads drawings. */
const DIGITS = 'digits';

export const modelUrl = (name: string): string => `/models/${name}.safetensors`;

/** The part of a card (worker/card.ts) that is read here. */
interface Card {
  readonly name: string;
  readonly task?: TaskKind;
  readonly bytes?: number;
  readonly precision?: string;
  readonly input?: { readonly size?: readonly [number, number] };
}

/** Cards of models that answer about photos, the shipped ones first, the others by name. */
export function offered(cards: readonly Card[]): readonly ModelEntry[] {
  const rank = ({ name }: ModelEntry): number => {
    const place = SHIPPED.findIndex((entry) => entry.name === name);
    return place < 0 ? SHIPPED.length : place;
  };
  const entries = cards
    .filter(({ name, task }) => task !== undefined && name !== DIGITS)
    .map(({ name, task, bytes, precision, input }) => ({
      name,
      ...(task && { task }),
      ...(bytes !== undefined && { bytes }),
      ...(precision !== undefined && { precision }),
      ...(input?.size && { size: input.size }),
    }));
  if (entries.length === 0) return SHIPPED;
  return entries.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** Asks the worker; a page without one still offers what is shipped. */
export async function listModels(): Promise<readonly ModelEntry[]> {
  try {
    const response = await fetch('/v1/models', { headers: { accept: 'application/json' } });
    if (!response.ok) return SHIPPED;
    return offered(((await response.json()) as { readonly models: readonly Card[] }).models);
  } catch {
    return SHIPPED;
  }
}
