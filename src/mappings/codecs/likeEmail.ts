/** When two email addresses are one mailbox: without case, and with the domain in either of its two alphabets. */
import { domainToASCII, domainToUnicode } from 'node:url'
import type { Likeness } from '../../model/mapping.ts'

export type EmailOptions = {
  /** `anna+shop@…` is `anna@…`. Many hosts do so, and for others it is another mailbox. */
  readonly plus?: 'ignore'
  /** Domains at which `an.na@…` is `anna@…`, as at gmail.com. */
  readonly dots?: readonly string[]
}

const fold = (text: string): string => text.trim().normalize('NFC').toLowerCase().normalize('NFC')

/** What may stand in a domain before and after it is mapped; anything else would be read as the rest of a URL. */
const named = /^[\p{Letter}\p{Mark}\p{Number}.\-_。]+$/u

/** `müller.de` as `xn--mller-kva.de`; a domain in ASCII, or one that is none, as it is. */
function inAscii(domain: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is not ASCII is what is looked for.
  if (/^[\u0000-\u007f]*$/.test(domain) || !named.test(domain.normalize('NFKC'))) return domain
  return domainToASCII(domain) || domain
}

type Parts = { readonly local: string; readonly domain: string }

function partsOf(text: string): Parts | null {
  const folded = fold(text)
  const at = folded.lastIndexOf('@')
  if (at < 1 || at === folded.length - 1) return null
  return { local: folded.slice(0, at), domain: inAscii(folded.slice(at + 1)) }
}

const kept = (text: string, otherwise: string): string => (text === '' ? otherwise : text)

export function likeEmail({ plus, dots = [] }: EmailOptions = {}): Likeness {
  const dotless = new Set(dots.map(domain => inAscii(fold(domain))))
  const withoutTag = (local: string): string => {
    const at = plus === undefined ? -1 : local.indexOf('+')
    return at < 1 ? local : local.slice(0, at)
  }
  const withoutDots = ({ local, domain }: Parts): string =>
    dotless.has(domain) ? kept(local.replaceAll('.', ''), local) : local
  const form = (text: string): string | null => {
    const parts = partsOf(text)
    if (parts === null) return kept(fold(text), '') || null
    const { local, domain } = parts
    return `${withoutDots({ local: withoutTag(local), domain })}@${domain}`
  }
  return {
    name: 'email',
    doc: [
      'an email address, without case, its domain in either alphabet',
      ...(plus === undefined ? [] : ['`+tag` left out']),
      ...(dots.length === 0 ? [] : [`dots left out at ${dots.join(', ')}`]),
    ].join(', '),
    form,
    spellings: text => {
      const parts = partsOf(text)
      if (parts === null) return [text]
      const locals = [parts.local, withoutTag(parts.local)]
      const all = [...locals, ...locals.map(local => withoutDots({ ...parts, local }))]
      const domains = [fold(text).slice(parts.local.length + 1), parts.domain, domainToUnicode(parts.domain)]
      const ways = domains.filter(domain => domain !== '').flatMap(domain => all.map(local => `${local}@${domain}`))
      const own = form(text)
      return [...new Set([text, ...ways.filter(way => form(way) === own)])]
    },
  }
}
