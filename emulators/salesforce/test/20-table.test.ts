// The table of the README claims no row that no test holds: each file and each title that it names is there.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const at = (path: string): URL => new URL(path, import.meta.url)
const rows = readFileSync(at('../README.md'), 'utf8')
  .split('\n| behaviour | source | held by | left out or assumed |\n')[1]
  ?.split('\n\n')[0]
  ?.split('\n')
  .slice(1)
  .map(line => line.split(/(?<!\\)\|/).map(cell => cell.trim()))

function fileOf(name: string): string | undefined {
  const [folder, start] = name.includes('/') ? name.split('/') : ['', name]
  const found = readdirSync(at(`./${folder}`)).find(file => file.startsWith(`${start}-`) || file === `${start}.test.ts`)
  return found && readFileSync(at(`./${folder}${folder ? '/' : ''}${found}`), 'utf8')
}

/** What tests, groups and cases of a table are called: the texts that their lines begin with. */
const titlesOf = (text: string): string[] =>
  [...text.matchAll(/^\s*(?:test|describe)?[^'"`\n]{0,30}[[(]?(['"])(.*?)\1/gm)].map(([, , title = '']) => title)

test('each row is held by tests that there are', () => {
  expect(rows?.length).toBeGreaterThan(40)
  for (const [, behaviour, , holders = ''] of rows ?? []) {
    const named = [...holders.replaceAll(/`[^`]*`/g, '').matchAll(/((?:conformance\/)?\d[\w-]*)(?: "([^"]+)")?/g)]
    const byHand = /`npm run conformance:(sf-cli|pubsub-client)`/.test(holders)
    expect([behaviour, named.length > 0 || byHand]).toEqual([behaviour, true])
    for (const [, file = '', title] of named) {
      const text = fileOf(file)
      expect([behaviour, file, text === undefined]).toEqual([behaviour, file, false])
      const isThere = title === undefined || titlesOf(text ?? '').some(found => found.includes(title))
      expect([behaviour, file, title, isThere]).toEqual([behaviour, file, title, true])
    }
  }
})
