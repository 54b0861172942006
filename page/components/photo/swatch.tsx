/** The colour in which a label is drawn. */
import { colourOf } from '../../vision/state.ts';
import { css } from './names.ts';

export function Swatch({ label }: { readonly label: string }) {
  return (
    <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
      <rect x="1" y="1" width="14" height="14" rx="3" stroke="#444" fill={css(colourOf(label))} />
    </svg>
  );
}
