/** The files of the product, as text: what the laws are held against. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export type Source = { readonly path: string; readonly text: string }

/** All TypeScript and JavaScript of these folders, tests included unless said otherwise. */
export function sources(folders: readonly string[], options: { readonly tests?: boolean } = {}): readonly Source[] {
  return folders.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
      .map(entry => relative(root, join(entry.parentPath, entry.name)))
      .filter(path => !path.includes('node_modules') && (options.tests !== false || !isTest(path)))
      .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  )
}

const isTest = (path: string): boolean => /\.test\.ts$|\/testing\/|^test\//.test(path)

/** The text without comments and without what stands between quotes, so that words in them break no law. */
export const codeOf = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")

/** Which laws a source breaks, one line each. */
export function offences(all: readonly Source[], law: (source: Source) => string | null): readonly string[] {
  return all.flatMap(source => {
    const found = law(source)
    return found === null ? [] : [`${source.path}: ${found}`]
  })
}
