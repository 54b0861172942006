/** What hurts, sent to predict: each is refused with its code, and the next request is answered as if nothing had been. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../worker/problem.ts';
import {
  animatedPng,
  cmykJpeg,
  concat,
  jpegBomb,
  otherTypes,
  pngBomb,
  pngDeclaring,
  sevenJpeg,
  sevenPng,
  toBase64,
} from './pictures.ts';
import { expectProblem, goodAnswer, makeApp, post, postJson, predictPath } from './support.ts';

const app = makeApp();
let expected = '';
beforeAll(async () => {
  expected = await goodAnswer(app);
});

const part = (name: string, content: Uint8Array | string, filename = '; filename="x"') =>
  concat(`--b\r\nContent-Disposition: form-data; name="${name}"${filename}\r\n\r\n`, content, '\r\n');
const multipart = (...parts: readonly Uint8Array[]) =>
  post(app, predictPath, concat(...parts, '--b--\r\n'), { 'content-type': 'multipart/form-data; boundary=b' });
const json = (document: unknown) => postJson(app, predictPath, document);
const text = (body: string) => post(app, predictPath, body, { 'content-type': 'application/json' });
const picture = (bytes: Uint8Array, query = '') => post(app, predictPath + query, bytes);
const inputs = toBase64(sevenPng);

type Case = readonly [what: string, code: ProblemCode, send: () => Response | Promise<Response>, path?: string];

/** Fails with the code (and the path), and leaves nothing behind. */
function refuses(cases: readonly Case[]): void {
  for (const [what, code, send, path] of cases) {
    test(`${what.slice(0, 80)}: ${code}`, async () => {
      const problem = await expectProblem(await send(), code);
      expect(problem.path).toBe(path);
      expect(await goodAnswer(app)).toBe(expected);
    });
  }
}

describe('pictures', () => {
  refuses([
    ['nothing', 'unsupported-image', () => picture(new Uint8Array(0))],
    ['text', 'unsupported-image', () => picture(concat('hello'))],
    ['zeros', 'unsupported-image', () => picture(new Uint8Array(100_000))],
    ...Object.entries(otherTypes).map(([type, bytes]): Case => [type, 'unsupported-image', () => picture(bytes)]),
    [
      'GIF that claims to be a PNG',
      'unsupported-image',
      () => post(app, predictPath, otherTypes.GIF as Uint8Array, { 'content-type': 'image/png' }),
    ],
    ['GIF with a PNG behind it', 'unsupported-image', () => picture(concat(otherTypes.GIF as Uint8Array, sevenPng))],
    ['HTML with a PNG behind it', 'unsupported-image', () => picture(concat('<html>', sevenPng))],
    ['PNG of 69 bytes that declares 60000×60000', 'limit-exceeded', () => picture(pngBomb)],
    ['PNG of 14000×14000', 'limit-exceeded', () => picture(pngDeclaring(14_000, 14_000))],
    ['PNG of 1×16385', 'limit-exceeded', () => picture(pngDeclaring(1, 16_385))],
    ['PNG of 0×28', 'invalid-image', () => picture(pngDeclaring(0, 28))],
    ['PNG with more rows than data', 'invalid-image', () => picture(pngDeclaring(28, 29))],
    ['PNG signature alone', 'invalid-image', () => picture(sevenPng.slice(0, 8))],
    ['PNG without its end', 'invalid-image', () => picture(sevenPng.slice(0, -12))],
    ['PNG cut in the middle', 'invalid-image', () => picture(sevenPng.slice(0, sevenPng.length >> 1))],
    ['PNG with a wrong bit', 'invalid-image', () => picture(sevenPng.map((byte, i) => (i === 60 ? byte ^ 4 : byte)))],
    ['animated PNG', 'invalid-image', () => picture(animatedPng)],
    ['JPEG of 30000×30000', 'limit-exceeded', () => picture(jpegBomb)],
    ['JPEG cut at 400 bytes', 'invalid-image', () => picture(sevenJpeg.slice(0, 400))],
    ['JPEG without its end', 'invalid-image', () => picture(sevenJpeg.slice(0, -2))],
    ['JPEG marker alone', 'invalid-image', () => picture(sevenJpeg.slice(0, 3))],
    ['CMYK JPEG', 'invalid-image', () => picture(cmykJpeg)],
  ]);
});

describe('parameters', () => {
  const queries = [
    'top_k=0',
    'top_k=-1',
    'top_k=1.5',
    'top_k=',
    'top_k=all',
    'top_k=1e400',
    'top_k=0x5',
    'top_k=9007199254740993',
    'top_k=%201',
    'top_k=NaN',
    'top_k=3&top_k=3',
    'threshold=1.1',
    'threshold=-0.1',
    'threshold=half',
    'threshold=Infinity',
    'topk=3',
    '__proto__=1',
    'constructor=1',
    `${'x'.repeat(500)}=1`,
    `top_k=${'9'.repeat(500)}`,
  ];
  refuses(queries.map((query): Case => [query, 'invalid-input', () => picture(sevenPng, `?${query}`)]));
  refuses([
    ['top_k as text', 'invalid-input', () => json({ inputs, parameters: { top_k: '3' } }), '$.parameters.top_k'],
    ['top_k 0', 'invalid-input', () => json({ inputs, parameters: { top_k: 0 } }), '$.parameters.top_k'],
    ['top_k null', 'invalid-input', () => json({ inputs, parameters: { top_k: null } }), '$.parameters.top_k'],
    ['threshold 2', 'invalid-input', () => json({ inputs, parameters: { threshold: 2 } }), '$.parameters.threshold'],
    ['an unknown parameter', 'invalid-input', () => json({ inputs, parameters: { topK: 3 } }), '$.parameters.topK'],
    ['parameters that are a list', 'invalid-input', () => json({ inputs, parameters: [] }), '$.parameters'],
    [
      'top_k in query and body',
      'invalid-input',
      () => postJson(app, `${predictPath}?top_k=3`, { inputs, parameters: { top_k: 3 } }),
    ],
  ]);
});

describe('JSON', () => {
  refuses([
    ['nothing', 'invalid-json', () => text('')],
    ['half a document', 'invalid-json', () => text('{"inputs":')],
    [
      'a picture under a JSON name',
      'bad-request',
      () => post(app, predictPath, sevenPng, { 'content-type': 'application/json' }),
    ],
    ['a list', 'invalid-input', () => json([inputs]), '$'],
    ['no inputs', 'invalid-input', () => json({}), '$.inputs'],
    ['inputs that are a list', 'invalid-input', () => json({ inputs: [inputs] }), '$.inputs'],
    ['an unknown key', 'invalid-input', () => json({ inputs, image: inputs }), '$.image'],
    [
      '__proto__',
      'invalid-input',
      () => text(`{"inputs":"${inputs}","__proto__":{"parameters":{"top_k":1}}}`),
      '$.__proto__',
    ],
    [
      'a key of 10,000 letters',
      'invalid-input',
      () => json({ inputs, ['k'.repeat(10_000)]: 1 }),
      `$.${'k'.repeat(98)}…`,
    ],
    ['a URL', 'invalid-input', () => json({ inputs: 'https://example.com/cat.png' }), '$.inputs'],
    ['a data URL', 'invalid-input', () => json({ inputs: `data:image/png;base64,${inputs}` }), '$.inputs'],
    [
      'base64 with a line break',
      'invalid-input',
      () => json({ inputs: `${inputs.slice(0, 76)}\n${inputs.slice(76)}` }),
      '$.inputs',
    ],
    ['base64 with a blank at its end', 'invalid-input', () => json({ inputs: `${inputs} ` }), '$.inputs'],
    ['base64 of the URL alphabet', 'invalid-input', () => json({ inputs: '_-_-' }), '$.inputs'],
    ['base64 without padding', 'invalid-input', () => json({ inputs: 'AAA' }), '$.inputs'],
    ['no bytes', 'unsupported-image', () => json({ inputs: '' })],
    ['a depth of 65', 'limit-exceeded', () => text(`${'['.repeat(65)}${']'.repeat(65)}`)],
    ['a million brackets', 'limit-exceeded', () => text('['.repeat(1e6))],
    ['a million objects', 'limit-exceeded', () => text('{"a":'.repeat(1e6))],
    ['three million values', 'limit-exceeded', () => text(`[${'0,'.repeat(3e6)}0]`)],
    ['bytes that are no UTF-8', 'bad-request', () => post(app, predictPath, concat('{"inputs":"', [0xff], '"}'))],
  ]);
});

describe('multipart', () => {
  refuses([
    ['no image', 'invalid-input', () => multipart(part('top_k', '3'))],
    ['an unknown field', 'invalid-input', () => multipart(part('image', sevenPng), part('picture', sevenPng))],
    ['top_k twice', 'invalid-input', () => multipart(part('image', sevenPng), part('top_k', '3'), part('top_k', '3'))],
    ['top_k 0', 'invalid-input', () => multipart(part('image', sevenPng), part('top_k', '0', ''))],
    [
      'a field of 5000 bytes',
      'limit-exceeded',
      () => multipart(part('image', sevenPng), part('top_k', '3'.repeat(5000))),
    ],
    ['an image as text', 'unsupported-image', () => multipart(part('image', 'hello', ''))],
    [
      'the first of two bad',
      'unsupported-image',
      () => multipart(part('image', 'hello'), part('image', sevenPng)),
      '$[0]',
    ],
    [
      'the second of three bad',
      'invalid-image',
      () => multipart(part('image', sevenPng), part('image', sevenJpeg.slice(0, 400)), part('image', sevenPng)),
      '$[1]',
    ],
    [
      'the second of two too large',
      'limit-exceeded',
      () => multipart(part('image', sevenPng), part('image', pngBomb)),
      '$[1]',
    ],
    ['too many parts', 'limit-exceeded', () => multipart(...new Array(257).fill(part('image', sevenPng)))],
    ['no boundary', 'bad-request', () => post(app, predictPath, sevenPng, { 'content-type': 'multipart/form-data' })],
    [
      'no end',
      'bad-request',
      () => post(app, predictPath, part('image', sevenPng), { 'content-type': 'multipart/form-data; boundary=b' }),
    ],
  ]);

  test('an image without a file name is the same image', async () => {
    expect(await (await multipart(part('image', sevenPng, ''))).text()).toBe(expected);
  });
});

describe('cost', () => {
  test('all pictures of a request together have a limit of pixels', async () => {
    const small = makeApp({ limits: { pixels: 28 * 28 * 2 } });
    const send = (count: number) =>
      post(small, predictPath, concat(...new Array(count).fill(part('image', sevenPng)), '--b--'), {
        'content-type': 'multipart/form-data; boundary=b',
      });
    expect((await send(2)).status).toBe(200);
    expect((await expectProblem(await send(3), 'limit-exceeded')).path).toBe('$[2]');
  });

  test('and a limit of multiply-adds', async () => {
    const small = makeApp({ limits: { macs: 1000 } });
    expect((await expectProblem(await post(small, predictPath, sevenPng), 'limit-exceeded')).detail).toContain('1000');
  });
});

test('a compressed body is refused by name', async () => {
  await expectProblem(await post(app, predictPath, sevenPng, { 'content-encoding': 'gzip' }), 'unsupported-encoding');
});
