import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundaryOf, type Part, parseMultipart } from '../../worker/multipart.ts';
import { concat } from './pictures.ts';

const write = (parts: readonly Part[], boundary: string): Uint8Array =>
  concat(
    ...parts.flatMap(({ name, bytes }) => [
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="x"\r\nContent-Type: image/png\r\n\r\n`,
      bytes,
      '\r\n',
    ]),
    `--${boundary}--\r\n`,
  );

const parse = (body: Uint8Array | string, boundary = 'b') =>
  parseMultipart(typeof body === 'string' ? concat(body) : body, boundary, 10);

describe('parseMultipart', () => {
  test('gives back every part byte for byte, line breaks and half boundaries included', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(...['\r\n', '--b', '\r\n--', '\r\r\n', '-'].map((text) => concat(text))),
    );
    const bytes = fc.array(piece, { maxLength: 6 }).map((pieces) => concat(...pieces));
    const part = fc.record({ name: fc.string({ unit: fc.constantFrom(...'abcXYZ_-[]. '), maxLength: 8 }), bytes });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        // A boundary may not occur in the content: this one cannot.
        expect(parse(write(parts, 'boundary-7f3a'), 'boundary-7f3a')).toEqual(parts);
      }),
    );
  });

  test("reads what the platform's FormData writes", async () => {
    const form = new FormData();
    form.append('a "quoted"\r\nname', 'text é');
    form.append('image', new Blob([concat('\r\n--')]), 'größe".png');
    const request = new Response(form);
    const boundary = boundaryOf(request.headers.get('content-type') ?? '') as string;
    const parts = parse(new Uint8Array(await request.arrayBuffer()), boundary);
    expect(parts.map(({ name }) => name)).toEqual(['a "quoted"\r\nname', 'image']);
    expect(new TextDecoder().decode(parts[0]?.bytes)).toBe('text é');
    expect(parts[1]?.bytes).toEqual(concat('\r\n--'));
  });

  test('skips a preamble and an epilogue, takes blanks behind a boundary and backslashes as curl writes them', () => {
    const body = 'preamble\r\n--b \t\r\ncontent-disposition: form-data; name="a\\"b"\r\n\r\n1\r\n--b--\r\nepilogue';
    expect(parse(body)).toEqual([{ name: 'a"b', bytes: concat('1') }]);
  });

  const header = 'Content-Disposition: form-data; name="a"\r\n\r\n';
  test.each([
    ['an empty body', ''],
    ['no boundary', 'hello'],
    ['another boundary', `--c\r\n${header}1\r\n--c--`],
    ['no end', `--b\r\n${header}1`],
    ['an end cut off', `--b\r\n${header}1\r\n--b`],
    ['an end half there', `--b\r\n${header}1\r\n--b-`],
    ['no name', '--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--'],
    ['no header', '--b\r\n\r\n1\r\n--b--'],
    ['an endless header', `--b\r\nX: ${'x'.repeat(10_000)}\r\n${header}1\r\n--b--`],
    ['line feeds alone', `--b\n${header.replaceAll('\r', '')}1\n--b--`],
  ])('refuses %s', (_, body) => expect(() => parse(body)).toThrow(/^the multipart body /));

  test('counts parts', () => {
    const parts = Array.from({ length: 11 }, () => ({ name: 'a', bytes: concat('1') }));
    expect(() => parse(write(parts, 'b'))).toThrow('more than 10 parts');
    expect(parse(write(parts.slice(1), 'b'))).toHaveLength(10);
  });

  test('reads any bytes in linear time: as parts, or as a fault', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom('\r', '\n', '--b', '--', header, ' '), { maxLength: 40 })
        .map((pieces) => concat(...pieces)),
    );
    fc.assert(
      fc.property(hostile, (body) => {
        try {
          expect(parse(body).length).toBeLessThanOrEqual(10);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(bad-request|limit-exceeded)$/);
        }
      }),
    );
  });
});

describe('boundaryOf', () => {
  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;charset=utf-8;  boundary="a b;c"', 'a b;c'],
    ['application/json', undefined],
    ['multipart/mixed; boundary=abc', undefined],
    ['', undefined],
  ])('%s', (type, boundary) => expect(boundaryOf(type)).toBe(boundary));

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'b'.repeat(300)}`,
  ])('refuses %s', (type) => expect(() => boundaryOf(type)).toThrow('has no boundary'));
});
