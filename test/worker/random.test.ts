/** Whatever arrives: an answer or an error that says whose fault it is, never a fault of the worker. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, sevenJpeg, sevenPng, toBase64 } from './pictures.ts';
import { expectClean, goodAnswer, makeApp, post, predictPath } from './support.ts';

const app = makeApp();
const inferPath = '/v2/models/digits/infer';

async function holds(path: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<void> {
  const response = await post(app, path, body, headers);
  const text = await response.text();
  expect(response.status).toBeLessThan(500);
  if (response.status !== 200) expectClean(text);
  JSON.parse(text);
}

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>, numRuns = 150) =>
  fc.assert(fc.asyncProperty(arbitrary, property), { numRuns });

/** A file with some bytes changed, and perhaps cut. */
const damaged = (file: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 4 }),
      end: fc.oneof(fc.constant(file.length), fc.nat(file.length)),
    })
    .map(({ changes, end }) => {
      const copy = file.slice(0, end);
      for (const [at, value] of changes) if (at < end) copy[at] = value;
      return copy;
    });

test('random bytes', () =>
  check(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
    await holds(predictPath, bytes);
    await holds(inferPath, bytes);
  }));

test('damaged pictures', async () => {
  await check(fc.oneof(damaged(sevenPng), damaged(sevenJpeg)), (bytes) => holds(predictPath, bytes), 400);
  await goodAnswer(app);
});

test('damaged pictures that are to be explained, with any Accept', async () => {
  const accept = fc.oneof(fc.constantFrom('*/*', 'application/json', 'text/*;q=1'), fc.stringMatching(/^[ -~]{0,40}$/));
  const query = fc.constantFrom('', '?class=3', '?class=x', '?layer=conv2', '?layer=&class=', '?class=3&layer=dense2');
  await check(fc.tuple(damaged(sevenPng), accept, query), async ([bytes, accept, query]) => {
    const response = await post(app, `/v1/models/digits/explain${query}`, bytes, { accept });
    const text = await response.text();
    expect(response.status).toBeLessThan(500);
    if (response.status !== 200) expectClean(text);
  });
  await goodAnswer(app);
});

test('damaged pictures among good ones', () =>
  check(
    fc.array(fc.oneof(damaged(sevenPng), damaged(sevenJpeg), fc.constant(sevenPng)), { maxLength: 3 }),
    (pictures) => {
      const header = '\r\n--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n';
      const body = concat(...pictures.flatMap((bytes) => [header, bytes]), '\r\n--b--');
      return holds(predictPath, body, { 'content-type': 'multipart/form-data; boundary=b' });
    },
  ));

test('any JSON', () =>
  check(fc.json({ maxDepth: 5 }), async (text) => {
    await holds(predictPath, concat(new TextEncoder().encode(text)), { 'content-type': 'application/json' });
    await holds(inferPath, new TextEncoder().encode(text));
  }));

test('documents that are almost right', () => {
  const value = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom<unknown>('image', 'logits', 'FP32', [1, 28, 28, 1], new Array(784).fill(0), {}, 1),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
  const tensor = fc.record(
    { name: value, shape: value, datatype: value, data: value, parameters: value },
    { requiredKeys: [] },
  );
  const infer = fc.record(
    {
      id: value,
      inputs: fc.oneof(fc.array(tensor, { maxLength: 2 }), value),
      outputs: fc.oneof(fc.array(tensor, { maxLength: 2 }), value),
    },
    { requiredKeys: [] },
  );
  const predict = fc.record(
    {
      inputs: fc.oneof(fc.constant(toBase64(sevenPng)), fc.base64String(), value),
      parameters: fc.oneof(fc.record({ top_k: value, threshold: value }, { requiredKeys: [] }), value),
    },
    { requiredKeys: [] },
  );
  return check(fc.tuple(infer, predict), async ([inferDocument, predictDocument]) => {
    await holds(inferPath, new TextEncoder().encode(JSON.stringify(inferDocument)));
    await holds(predictPath, new TextEncoder().encode(JSON.stringify(predictDocument)), {
      'content-type': 'application/json',
    });
  });
});

test('any path and method', () =>
  check(
    fc.tuple(
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
      fc.array(
        fc.oneof(
          fc.constantFrom('v1', 'v2', 'models', 'digits', 'predict', 'infer', 'versions', '1', 'ready', ''),
          fc.webPath(),
        ),
        { maxLength: 6 },
      ),
    ),
    async ([method, segments]) => {
      const response = await app.request(`/${segments.join('/')}`, { method });
      expect(response.status).toBeLessThan(500);
      expect(response.headers.get('x-request-id')).not.toBeNull();
    },
  ));
