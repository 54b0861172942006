import { hc } from 'hono/client';
import { describe, expect, test } from 'vitest';
import type { App } from '../../worker/app.ts';
import { problems } from '../../worker/problem.ts';
import { makeApp } from './support.ts';

const app = makeApp();

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content: object }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: { readonly Problem: { readonly properties: { readonly code: { readonly enum: string[] } } } };
  };
}

const openApi = async (): Promise<Document> => (await app.request('/openapi.json')).json();

describe('/openapi.json', () => {
  test('has every route', async () => {
    const { openapi, paths } = await openApi();
    expect(openapi).toMatch(/^3\.1\./);
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(documented.toSorted()).toEqual([...new Set(registered)].toSorted());
  });

  test('has every error code', async () => {
    expect((await openApi()).components.schemas.Problem.properties.code.enum).toEqual(Object.keys(problems));
  });

  test('declares the parameters that paths have, and resolves its references', async () => {
    const document = await openApi();
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const { parameters, responses } of Object.values(operations)) {
        const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
        expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
        expect(Object.keys(responses)).toContain('200');
      }
    }
    for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = (pointer as string)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
      expect(target).toBeTypeOf('object');
    }
  });
});

describe('/docs', () => {
  test('explains every code at the anchor that problems point to', async () => {
    const html = await (await app.request('/docs')).text();
    for (const [code, { title }] of Object.entries(problems)) {
      expect(html).toContain(`id="${code}"`);
      expect(html).toContain(title);
    }
  });

  test('lists every path', async () => {
    const html = await (await app.request('/docs')).text();
    for (const path of Object.keys((await openApi()).paths)) expect(html).toContain(`${path}</h3>`);
  });

  test('loads nothing from elsewhere, and its policy allows its own style only', async () => {
    const response = await app.request('/docs');
    const html = await response.text();
    expect(html).not.toMatch(/https?:|<script|<link|<img|style=|\son\w+=/);
    const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] as string;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style)));
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`style-src 'sha256-${btoa(String.fromCharCode(...digest))}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });
});

test("the app's type serves a typed client", async () => {
  const client = hc<App>('http://worker', { fetch: app.request as typeof fetch });
  const response = await client.v1.models[':model'].$get({ param: { model: 'digits' } });
  const card = await response.json();
  expect(card.labels?.[0]).toBe('0');
});
