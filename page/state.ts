/**
 * What the page knows, as signals: language and theme, what was drawn or opened, and what follows from it. Components read
 * these; everything that depends on a stroke is computed once a frame, when somebody looks.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import type { Image } from '../engine/image/image.ts';
import { digitInput } from './digit-input.ts';
import { examples } from './examples.ts';
import { palettes } from './feature-maps.ts';
import type { Network, Reading } from './network.ts';
import { invert, isDarkOnLight, type Photo, readPhoto } from './photo.ts';
import { chooseLanguage, type Language, strings } from './strings.ts';
import { rasterize, type Stroke } from './strokes.ts';
import { view } from './view.ts';

const LANGUAGE_KEY = 'language';

/** What was stored, or undefined where the browser keeps nothing for us. */
function stored(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export const language = signal<Language>(
  chooseLanguage([stored(LANGUAGE_KEY), ...navigator.languages].filter((tag) => tag !== undefined)),
);
export const text = computed(() => strings[language.value]);

export function chooseAndRemember(choice: Language): void {
  language.value = choice;
  try {
    localStorage.setItem(LANGUAGE_KEY, choice);
  } catch {
    // the choice then lasts as long as the page
  }
}

const darkScheme = matchMedia('(prefers-color-scheme: dark)');
export const theme = signal<keyof typeof palettes>(darkScheme.matches ? 'dark' : 'light');
darkScheme.addEventListener('change', () => {
  theme.value = darkScheme.matches ? 'dark' : 'light';
});
export const palette = computed(() => palettes[theme.value]);

/** Feature maps side by side: as many as stay large enough to be touched. */
const wideScreen = matchMedia('(min-width: 42rem)');
const columnsOf = (isWide: boolean): number => (isWide ? 16 : 8);
export const mapColumns = signal(columnsOf(wideScreen.matches));
wideScreen.addEventListener('change', () => {
  mapColumns.value = columnsOf(wideScreen.matches);
});

effect(() => {
  document.documentElement.lang = language.value;
  document.title = `${(view.value === 'photo' ? text.value.photo : text.value).title} · borde`;
});

/** Why there is no network: which sentence to show, and the engine's own words. */
export interface Failure {
  readonly kind: keyof (typeof strings)['en']['failures'];
  readonly detail: string;
}

export const network = signal<Network | undefined>(undefined);
export const failure = signal<Failure | undefined>(undefined);

/** A drawing; an example is replaced by the first stroke of a visitor's own. */
interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly isExample: boolean;
}

/** Drawings that undo can go back to. */
const UNDO_STEPS = 50;

const first: Drawing = { strokes: examples[3] as readonly Stroke[], isExample: true };
export const drawing = signal<Drawing>(first);
export const past = signal<readonly Drawing[]>([]);
export const photo = signal<Photo | undefined>(undefined);
export const isInverted = signal(false);
/** The name of a file that could not be read. */
export const unreadable = signal<string | undefined>(undefined);

/** Replaces the drawing in a way that undo can take back. */
export function draw(next: Drawing): void {
  batch(() => {
    past.value = [...past.value, drawing.value].slice(-UNDO_STEPS);
    drawing.value = next;
    photo.value = undefined;
    unreadable.value = undefined;
  });
}

export const clear = (): void => draw({ strokes: [], isExample: false });

export function undo(): void {
  const before = past.value.at(-1);
  if (!before) return;
  batch(() => {
    drawing.value = before;
    past.value = past.value.slice(0, -1);
  });
}

/** Opens a picture file in place of the drawing; a file that is no picture is named in `unreadable`. */
export async function openFile(file: File): Promise<void> {
  const opened = await readPhoto(file, file.name).catch(() => undefined);
  batch(() => {
    unreadable.value = opened ? undefined : file.name;
    if (!opened) return;
    photo.value = opened;
    isInverted.value = isDarkOnLight(opened.image);
  });
}

/** The picture that pre-processing gets: here, and at the worker. */
export const picture = computed<Image>(() => {
  if (!photo.value) return digitInput(rasterize(drawing.value.strokes));
  return isInverted.value ? invert(photo.value.image) : photo.value.image;
});

export const isEmpty = computed(() => !photo.value && drawing.value.strokes.length === 0);

export const reading = computed<Reading | undefined>(() => network.value?.read(picture.value));

/** The feature map that is shown enlarged. */
export const opened = signal<{ readonly node: string; readonly channel: number } | undefined>(undefined);

/** Turns what went wrong while starting into a sentence. */
export function fail(kind: Failure['kind'], error: unknown): void {
  failure.value = { kind, detail: error instanceof Error ? error.message : String(error) };
}

/** Formatters in the visitor's language; making one costs more than using it. */
const formatter = (options: Intl.NumberFormatOptions) => {
  const made = computed(() => new Intl.NumberFormat(language.value, options));
  return (value: number): string => made.value.format(value);
};

export const integer = formatter({ maximumFractionDigits: 0 });
/** 0.9712 → 97.1 % */
export const percent = formatter({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
/** 0.9712 → 97 % */
export const wholePercent = formatter({ style: 'percent', maximumFractionDigits: 0 });
const hundredths = formatter({ minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'negative' });
/** A weight or an activation; with a minus sign as wide as a digit. */
export const decimal = (value: number): string => hundredths(value).replace('-', '−');
const tenths = formatter({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
/** One decimal, whatever the size. */
export const decimalPlace = tenths;
/** One decimal below 10, none above. */
export const milliseconds = (value: number): string => (value < 10 ? tenths(value) : integer(value));
