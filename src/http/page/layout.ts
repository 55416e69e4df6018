/** What all pages share: the frame, and how times, spans and records are written. */
import { type ResourceRef, refKey } from '../../model/resource.ts'
import { type Html, html } from './html.ts'

export const frame = (title: string, body: Html, options: { readonly live: boolean }): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
${options.live ? html`<noscript><meta http-equiv="refresh" content="10"></noscript><script type="module" src="/page.js"></script>` : null}
</head>
<body>
<header>
<a class="home" href="/">commercetools <span aria-hidden="true">→</span> Salesforce</a>
<form action="/trace" role="search">
<input name="of" aria-label="Correlation id, customer id or Salesforce id" placeholder="Correlation id, customer id, Salesforce id" required maxlength="300">
<button>Trace</button>
</form>
</header>
<main id="live">${body}</main>
<footer><a href="/api/v1/status">status</a> <a href="/api/v1/mappings">mappings</a> <a href="/metrics">metrics</a> <a href="/api/openapi.json">API</a></footer>
</body>
</html>
`.text

export const traceLink = (of: string, label: string = of): Html =>
  html`<a href="/trace?of=${encodeURIComponent(of)}">${label}</a>`

export const recordLink = (ref: ResourceRef): Html => traceLink(refKey(ref), `${ref.type} ${ref.id}`)

export const span = (ms: number): string =>
  ms < 1_000
    ? `${Math.round(ms)} ms`
    : ms < 60_000
      ? `${(ms / 1_000).toFixed(1)} s`
      : ms < 3_600_000
        ? `${Math.round(ms / 60_000)} min`
        : `${(ms / 3_600_000).toFixed(1)} h`

export const moment = (at: string): Html =>
  html`<time datetime="${at}" title="${at}">${at.slice(0, 10)} ${at.slice(11, 19)}</time>`

export const figure = (label: string, value: string, options: { readonly tone?: 'good' | 'bad' } = {}): Html =>
  html`<div class="figure ${options.tone}"><dt>${label}</dt><dd>${value}</dd></div>`

/** A head that begins with # stands above figures. */
const heading = (head: string): Html =>
  head.startsWith('#') ? html`<th scope="col" class="n">${head.slice(1)}</th>` : html`<th scope="col">${head}</th>`

export function table(caption: string, heads: readonly string[], rows: readonly Html[], none: string): Html {
  if (rows.length === 0) return html`<section><h2>${caption}</h2><p class="none">${none}</p></section>`
  return html`<section><h2>${caption}</h2><div class="scroll"><table><thead><tr>${heads.map(heading)}</tr></thead><tbody>${rows}</tbody></table></div></section>`
}
