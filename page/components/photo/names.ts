/** Labels and colours as components write them. */
import type { Rgb } from '../../../engine/drawing/colours.ts';
import { decimalPlace, language } from '../../state.ts';
import { labelIn } from '../../vision/labels.ts';

/** A model's label in the visitor's language. */
export const labelName = (label: string): string => labelIn(language.value, label);

/** `rgb(86 180 233)`, as SVG takes it. */
export const css = (colour: Rgb): string => `rgb(${colour.join(' ')})`;

/** 4666664 → 4.7 */
export const megabytes = (bytes: number): string => decimalPlace(bytes / 1e6);
