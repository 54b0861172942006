import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonBody } from '../../worker/json.ts';

const limits = { jsonBytes: 2 ** 20, jsonDepth: 64, jsonValues: 1000, jsonKeys: 40 };
const parse = (text: string) => parseJsonBody(new TextEncoder().encode(text), limits);
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('parseJsonBody', () => {
  test('reads whatever JSON writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        const read = parseJsonBody(new TextEncoder().encode(text), { ...limits, jsonKeys: 1000 });
        expect(read).toEqual(JSON.parse(text));
      }),
    );
  });

  test('counts depth in documents, not in strings', () => {
    expect(parse(nested(64))).toBeInstanceOf(Array);
    expect(() => parse(nested(65))).toThrow('deeper than 64 levels');
    expect(() => parse('['.repeat(1_000_000))).toThrow('deeper than 64 levels');
    expect(() => parse('{"a":['.repeat(33))).toThrow('deeper than 64 levels');
    const text = `\\"${'[{'.repeat(100)}`;
    expect(parse(`["${text}", []]`)).toEqual([`"${'[{'.repeat(100)}`, []]);
  });

  test('counts values', () => {
    expect(parse(`[${new Array(999).fill('[]').slice(0, 499).join()}]`)).toHaveLength(499);
    expect(() => parse(`[${new Array(1000).fill('0').join()}]`)).toThrow('more than 1000 values');
    expect(() => parse(`[${new Array(1000).fill('[]').join()}]`)).toThrow('more than 1000 values');
  });

  test('counts keys, and no colon in a string', () => {
    const object = (keys: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`:${i}`, ':'])));
    expect(parse(object(40))).toBeTypeOf('object');
    expect(() => parse(object(41))).toThrow('more than 40 keys');
  });

  test('counts bytes', () => {
    expect(parse('7'.padEnd(2 ** 20))).toBe(7);
    expect(() => parse('7'.padEnd(2 ** 20 + 1))).toThrow(`at most ${2 ** 20}`);
  });

  test.each(['', '{', '{"a"}', '[1,]', "{'a':1}", '[NaN]', '[Infinity]', '01', '"\n"', '\u0000', '{"a":1}}', '"\\'])(
    'refuses %j with a sentence of its own',
    (text) =>
      expect(() => parse(text)).toThrow(
        /^the body is not valid JSON(: it is empty|: it breaks off at character \d+)?$/,
      ),
  );

  test('refuses what is not UTF-8', () => {
    expect(() => parseJsonBody(Uint8Array.of(0x22, 0xff, 0x22), limits)).toThrow('not UTF-8');
  });
});
