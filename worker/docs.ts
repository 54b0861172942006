/** The documentation page: the OpenAPI document as HTML, with nothing from another host and no script. */
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { DescribedRoute } from './openapi.ts';
import { problems } from './problem.ts';

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 20%, Canvas); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { margin-bottom: 0; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
article { margin: 1.5rem 0; }
h3 { font: 600 1rem/1.4 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; }
p, ul { margin: .25rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
code { font-family: ui-monospace, monospace; font-size: .95em; }
tr:target { background: color-mix(in srgb, Highlight 20%, Canvas); }
`;

/** The whole page. */
export function docsPage(routes: readonly DescribedRoute[]): string {
  const tags = [...new Set(routes.map(({ description }) => description.tag))];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>borde: HTTP interface</title>
<style>${raw(style)}</style>
</head>
<body>
<h1>borde</h1>
<p>Every route and every error code of this worker. The same for machines: <a href="/openapi.json">/openapi.json</a>. The page that draws: <a href="/">/</a>.</p>
${tags.map((tag) =>
  section(
    tag,
    routes.filter(({ description }) => description.tag === tag),
  ),
)}
<h2>Error codes</h2>
<p>Errors are <code>application/problem+json</code> (RFC 9457) with a <code>code</code>; under <code>/v2</code> they are <code>{"error": "…"}</code>, and 400 where the table says 415 or 422.</p>
<table>
<thead><tr><th>code</th><th>status</th><th>meaning</th></tr></thead>
<tbody>${Object.entries(problems).map(([code, { status, title }]) => html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`)}</tbody>
</table>
</body>
</html>`;
  return String(page);
}

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const section = (tag: string, routes: readonly DescribedRoute[]): Html => html`<h2>${tag}</h2>${routes.map(article)}`;

const article = ({ method, path, description }: DescribedRoute): Html => html`<article>
<h3>${method} ${path}</h3>
<p>${description.summary}</p>
${description.details ? html`<p>${description.details}</p>` : ''}
${description.query ? html`<p>Query: ${list(Object.keys(description.query.entries))}</p>` : ''}
${description.request ? html`<p>Takes: ${list(Object.keys(description.request))}</p>` : ''}
<p>Answers: ${list(Object.keys(description.response))}</p>
${description.errors ? html`<p>Errors: ${description.errors.map((code) => html`<a href="#${code}"><code>${code}</code></a> `)}</p>` : ''}
</article>`;

const list = (items: readonly string[]): Html =>
  html`${items.map((item, i) => html`${i > 0 ? ', ' : ''}<code>${item}</code>`)}`;

/**
 * What this page may load: nothing but its own style sheet, which is named by its hash.
 * @throws never; SubtleCrypto has SHA-256 everywhere
 */
export async function docsPolicy(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
