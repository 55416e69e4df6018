/** Names and words compared as people compare them: without case, accents and punctuation. Never what is written. */
import type { Json } from '../model/resource.ts'

/** Letters that no decomposition takes apart, as people without them on their keyboard write them. */
const folded: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
}

/**
 * Marks that are accents: those upon Latin and Greek letters, and the two dots of the Russian ё. In other scripts a mark is
 * a letter of its own (राम is not रमा, が is not か), and stays.
 */
const accents = /(?<=[\p{Script=Latin}\p{Script=Greek}][\u0300-\u036f]*)[\u0300-\u036f]|(?<=е)\u0308/gu

/** Equal for two texts that differ in case, accents and punctuation only; empty for what is no text. */
export const plain = (value: Json): string =>
  typeof value === 'object'
    ? ''
    : String(value)
        .normalize('NFKD')
        .toLowerCase()
        .replace(/[^\p{Letter}\p{Mark}\p{Number}]/gu, '')
        .replace(/[ßæœøđðłıþ]/g, letter => folded[letter] ?? letter)
        // Last: what stood between a letter and a mark is gone by now.
        .normalize('NFKD')
        .replace(accents, '')
        .normalize('NFKD')
