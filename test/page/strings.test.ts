import { describe, expect, test } from 'vitest';
import { layers } from '../../engine/layers/index.ts';
import { chooseLanguage, languages, strings } from '../../page/strings.ts';

describe('strings', () => {
  test.each(languages)('%s explains every kind of layer that there is', (language) => {
    const { kinds } = strings[language];
    expect(Object.keys(layers).filter((kind) => !(kind in kinds))).toEqual([]);
  });

  test('what a language says differs from what another says', () => {
    const same = Object.keys(strings.en).filter((key) => {
      const [en, es] = [strings.en[key as keyof typeof strings.en], strings.es[key as keyof typeof strings.en]];
      return typeof en === 'string' && en === es;
    });
    expect(same).toEqual(['worker', 'total']);
  });

  test.each([
    [['es-MX', 'en'], 'es'],
    [['de', 'es', 'en'], 'es'],
    [['EN-gb'], 'en'],
    [['de', 'fr'], 'en'],
    [[], 'en'],
    [['est'], 'en'], // Estonian is no Spanish
  ] as const)('%j reads %s', (wanted, language) => {
    expect(chooseLanguage(wanted)).toBe(language);
  });
});
