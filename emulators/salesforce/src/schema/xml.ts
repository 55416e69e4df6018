// A metadata file of an SFDX project as a tree of texts, and the ways of reading one that may be anything.

import { readFileSync } from 'node:fs'
import { XMLParser } from 'fast-xml-parser'
import { SetupError } from '../org/options.ts'

export type Xml = { [tag: string]: XmlValue }
export type XmlValue = string | Xml | XmlValue[] | undefined

const parser = new XMLParser({ parseTagValue: false, trimValues: true, ignoreAttributes: true })

/** The element `root` of a file. Throws a SetupError that names the file. */
export function readXml(file: string, root: string): Xml {
  try {
    const document: Xml = parser.parse(readFileSync(file, 'utf8'), true)
    const found = document[root]
    if (typeof found === 'object' && !Array.isArray(found)) return found
  } catch (error) {
    throw new SetupError(`${file}: ${error instanceof Error ? error.message : error}`)
  }
  throw new SetupError(`${file}: no <${root}> in it`)
}

export const text = (value: XmlValue): string | undefined => (typeof value === 'string' ? value : undefined)
export const list = (value: XmlValue): XmlValue[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])
export const element = (value: XmlValue): Xml => (typeof value === 'object' && !Array.isArray(value) ? value : {})
