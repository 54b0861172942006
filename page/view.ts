/** The page's two views, each under a hash of its own, so that links, reload and the back button work. */
import { signal } from '@preact/signals';

export const views = ['digits', 'photo'] as const;
export type View = (typeof views)[number];

/** The view of a location's hash; the first one for a hash that names none. */
export const viewOf = (hash: string): View => views.find((view) => hash === `#${view}`) ?? views[0];

export const view = signal<View>(viewOf(location.hash));

addEventListener('hashchange', () => {
  view.value = viewOf(location.hash);
});
