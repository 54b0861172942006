import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { layers } from '../../engine/layers/index.ts';
import { parseModel } from '../../engine/model-file.ts';
import { chooseLanguage, languages, strings } from '../../page/strings.ts';
import { labelIn } from '../../page/vision/labels.ts';

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

  test('so it does about photos', () => {
    const leaves = (value: object): string[] =>
      Object.entries(value).flatMap(([key, entry]) => {
        if (typeof entry === 'object') return leaves(entry).map((line) => `${key}.${line}`);
        return typeof entry === 'string' ? [`${key}: ${entry}`] : [];
      });
    const spanish = new Set(leaves(strings.es.photo));
    expect(leaves(strings.en.photo).filter((line) => spanish.has(line))).toEqual(['worker: Worker', 'ms: ms']);
  });

  test('everything that a model for photos may find has a name in Spanish', async () => {
    const folder = new URL('../../models/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => /^(coco-detector|selfie|shapes).*\.safetensors$/.test(name));
    expect(files).toContain('coco-detector.safetensors');
    for (const file of files) {
      const { labels } = parseModel(await readFile(new URL(file, folder))).card;
      // A pizza is a pizza.
      const unnamed = labels?.filter((label) => labelIn('es', label) === label && label !== 'pizza');
      expect(unnamed, file).toEqual([]);
    }
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
