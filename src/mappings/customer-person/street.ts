/** A street on its way: from the pieces of an address to the lines of one Salesforce field, and back. */
import type { Apart, Value } from '../../model/mapping.ts'
import { plain } from '../codecs/text.ts'

export type StreetOrder = 'name-number' | 'number-name'

/** Street and number on the first line, what helps the postman on the second; a box where there is no street. */
export function streetOf(at: string, order: StreetOrder): string {
  const [name, number] = [`{${at}.streetName}`, `{${at}.streetNumber}`]
  const line = order === 'name-number' ? `${name} ${number}` : `${number} ${name}`
  return `${line}\n{${at}.additionalStreetInfo} ?? PO Box {${at}.pOBox}`
}

type Pieces = { readonly name: string; readonly number: string | null }

/** A house number is the word at the number's end of the line, when it begins with a digit: else all is the street's name. */
function pieces(line: string, order: StreetOrder): Pieces {
  const words = line.split(' ')
  const [number = ''] = order === 'name-number' ? words.slice(-1) : words
  if (words.length < 2 || !/^\d/.test(number)) return { name: line, number: null }
  return { name: (order === 'name-number' ? words.slice(0, -1) : words.slice(1)).join(' '), number }
}

const poBox = /^PO Box (\S.*)$/

/** The lines as a template gives them again: single blanks, none around a line, and no empty line. */
const linesOf = (value: string): readonly string[] =>
  (plain(value) ?? '')
    .split('\n')
    .map(line => line.replace(/\s+/g, ' ').trim())
    .filter(line => line !== '')

/** Further lines are the additional information; a single line `PO Box …` is a box, and no street. */
export function streetApart(at: string, order: StreetOrder): Apart {
  const [name, number] = [`${at}.streetName`, `${at}.streetNumber`]
  const [more, box] = [`${at}.additionalStreetInfo`, `${at}.pOBox`]
  return {
    paths: [name, number, more, box],
    composed: (value: Value) => (typeof value === 'string' ? linesOf(value).join('\n') || null : value),
    of: (value: Value) => {
      const [line, ...lines] = typeof value === 'string' ? linesOf(value) : []
      if (line === undefined) return { [name]: null, [number]: null, [more]: null, [box]: null }
      const inBox = lines.length === 0 ? poBox.exec(line)?.[1] : undefined
      if (inBox !== undefined) return { [name]: null, [number]: null, [more]: null, [box]: inBox }
      const street = pieces(line, order)
      return { [name]: street.name, [number]: street.number, [more]: lines.length === 0 ? null : lines.join('\n') }
    },
  }
}
