// The frame of all pages: head, style, navigation, and the policy that lets nothing else in.

import { createHash } from 'node:crypto'
import type { Org } from '../org/org.ts'
import { limitInfo } from '../routes/limits.ts'
import { escapeHtml } from '../rules/values.ts'

const STYLE = `
:root { --ink: #16202c; --soft: #51606f; --line: #dde3ea; --paper: #fff; --ground: #f4f6f9; --deep: #16325c; --link: #0b5cab; --bad: #8a1f11 }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: var(--ink); background: var(--ground) }
a { color: var(--link) }
:focus-visible { outline: 3px solid #f2b233; outline-offset: 2px; border-radius: 2px }
.skip { position: absolute; left: -99rem; top: .5rem; background: var(--paper); padding: .4rem .8rem }
.skip:focus { left: .5rem }
header { background: var(--deep); color: #fff; padding: .7rem 1.5rem; display: flex; flex-wrap: wrap; gap: .3rem 2rem; align-items: baseline }
header a { color: #fff; font-weight: 600; text-decoration: none } header a:hover, header a[aria-current] { text-decoration: underline }
header nav { display: flex; gap: 1.2rem } header small { margin-left: auto; opacity: .85; font-variant-numeric: tabular-nums }
main { padding: 1.2rem 1.5rem 3rem; max-width: 90rem; margin: 0 auto }
h1 { font-size: 1.5rem; margin: .2rem 0 .8rem; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem }
.trail { color: var(--soft); margin: 0 } .note { color: var(--soft) }
table { border-collapse: collapse; background: var(--paper); width: 100% }
caption { text-align: left; color: var(--soft); padding: .5rem .7rem; background: var(--paper) }
th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word }
td.long { overflow-wrap: anywhere }
thead th { white-space: nowrap; color: var(--soft); font-weight: 600; font-size: .85rem; overflow-wrap: normal } td.id { white-space: nowrap }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
tbody tr:hover { background: #f0f5fb } .deleted td { color: var(--bad) } .deleted td:not(.pick) { text-decoration: line-through }
.both { display: grid; gap: 0 2rem } .both > * { min-width: 0 } .both h2:first-child { margin-top: 0 }
@media (min-width: 64rem) { .both { grid-template-columns: 3fr 2fr } }
summary { cursor: pointer; padding: .5rem 0; color: var(--link) }
.scroll { overflow-x: auto; border: 1px solid var(--line) } .narrow { max-width: 48rem }
.fields { display: grid; grid-template-columns: minmax(9rem, 15rem) minmax(12rem, 32rem); gap: .45rem 1rem; align-items: center; background: var(--paper); border: 1px solid var(--line); padding: 1rem }
.fields label { color: var(--soft) }
input:not([type=checkbox]):not([type=radio]), select, textarea { font: inherit; padding: .3rem .45rem; border: 1px solid #8794a3; border-radius: 3px; background: #fff; width: 100%; color: inherit }
input[type=checkbox], input[type=radio] { width: 1.1rem; height: 1.1rem; margin: .2rem }
button { font: inherit; padding: .35rem .9rem; border: 1px solid var(--link); border-radius: 3px; background: var(--link); color: #fff; cursor: pointer }
button.quiet { background: var(--paper); color: var(--link) } button.danger { background: var(--paper); color: var(--bad); border-color: var(--bad) }
.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .8rem 0 }
.message { padding: .5rem 1rem; border-left: 4px solid #2e7d32; background: #e8f4e9 } .message.bad { border-color: var(--bad); background: #fbeae7 }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 40rem) { .fields { grid-template-columns: 1fr } header small { margin-left: 0 } }
`

/** No script, no asset, no frame; only the style that is written here, by its hash. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

export type Message = { text: string; bad?: boolean }
export type Content = { title: string; here: 'objects' | 'requests' | null; body: string }

export function framed(org: Org, { title, here, body }: Content, message: Message | undefined): string {
  const nav = [
    ['objects', '/', 'Objects'],
    ['requests', '/?view=requests', 'Requests'],
  ].map(([name, url, text]) => `<a href="${url}"${name === here ? ' aria-current="page"' : ''}>${text}</a>`)
  const note =
    message === undefined
      ? ''
      : `<p class="message${message.bad ? ' bad' : ''}" role="${message.bad ? 'alert' : 'status'}">${escapeHtml(message.text)}</p>`
  const now = new Date(org.now()).toISOString().slice(0, 19).replace('T', ' ')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} – ${escapeHtml(org.options.name)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><a class="skip" href="#content">Skip to content</a><header><strong>${escapeHtml(org.options.name)}</strong><nav aria-label="Pages">${nav.join('')}</nav><small>${escapeHtml(now)} UTC · ${escapeHtml(limitInfo(org))}</small></header><main id="content">${note}${body}</main></body></html>`
}

export function query(values: Record<string, string | number>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) params.set(name, String(value))
  return `/?${escapeHtml(params.toString())}`
}

export const hidden = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('')
