/** HTML from templates in which every value is escaped unless it is HTML already. */

const HTML = Symbol('html')
export type Html = { [HTML]: string }

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const isHtml = (value: unknown): value is Html => typeof value === 'object' && value !== null && HTML in value

function piece(value: unknown): string {
  if (isHtml(value)) return value[HTML]
  if (Array.isArray(value)) return value.map(piece).join('')
  if (value === undefined || value === null || value === false) return ''
  return String(value).replace(/[&<>"']/g, letter => ESCAPES[letter] ?? '')
}

export function html(parts: TemplateStringsArray, ...values: unknown[]): Html {
  return { [HTML]: parts.reduce((text, part, place) => text + piece(values[place - 1]) + part) }
}

const written = (given: Html): string => given[HTML]

const STYLE = html`
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c2330; background: #fff }
  h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
  table { border-collapse: collapse; width: 100% } caption { text-align: left; font-weight: 600; padding: .5rem 0 }
  th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d5dae3; vertical-align: top; overflow-wrap: anywhere }
  th { white-space: nowrap }
  a { color: #0b5394 } a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid #0b5394 }
  form { display: grid; grid-template-columns: max-content 20rem; gap: .5rem 1rem; align-items: center }
  button { grid-column: 2; padding: .4rem 1rem; width: max-content } pre { background: #f3f5f9; padding: 1rem; overflow: auto }
  .note { background: #fff4d6; padding: .5rem 1rem } .muted { color: #5a6475 }
  @media (prefers-color-scheme: dark) {
    body { color: #e6e9f0; background: #14181f } a { color: #8ec5ff } th, td { border-color: #333b49 } pre { background: #1e242e }
    .note { background: #4a3c10 } .muted { color: #a5adbb } input, button { background: #1e242e; color: inherit; border: 1px solid #5a6475 }
  }
`

export const document = (title: string, body: Html): string =>
  `<!doctype html>\n${written(html`<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width"><style>${STYLE}</style></head>
<body>${body}</body>
</html>`)}\n`
