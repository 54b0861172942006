/** Content negotiation (RFC 9110 §12.5.1): the offered type that a client likes best. */
import type { Context } from 'hono';
import { excerpt } from '../engine/json.ts';
import type { AppEnv } from './bindings.ts';
import { HttpError } from './problem.ts';

/**
 * Picks one of the offers; the first of those that are liked as much, and without a preference the first of all.
 * The answer says that it depends on `Accept`, an error too.
 * @throws HttpError `not-acceptable`
 */
export function negotiate<Offer extends string>(c: Context<AppEnv>, offers: readonly Offer[]): Offer {
  c.header('vary', 'Accept', { append: true });
  const accept = c.req.header('accept')?.trim() || '*/*';
  const ranges = accept.split(',').map(parseRange);
  let best: { offer: Offer; quality: number } | undefined;
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges);
    if (quality > (best?.quality ?? 0)) best = { offer, quality };
  }
  if (best) return best.offer;
  throw new HttpError('not-acceptable', `Accept: expected one of ${offers.join(', ')}, got ${excerpt(accept)}`);
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The quality of the most specific range that a type lies in; 0 where none does. */
function qualityOf(offer: string, ranges: readonly Range[]): number {
  const [family] = offer.split('/');
  for (const type of [offer, `${family}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === type);
    if (range) return range.quality;
  }
  return 0;
}
