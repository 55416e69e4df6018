/** The laws are kept; and each would be seen to be broken. */
import { describe, expect, it } from 'vitest'
import { environment, length, longest, machine, opening, purity } from './law.ts'
import { offences, sources } from './source.ts'

const everywhere = ['src', 'emulators/salesforce/src', 'emulators/commercetools/src', 'scripts', 'demo', 'bin', 'test']
const planted = (text: string) => ({ path: 'planted.ts', text })

describe('the laws', () => {
  it('core and model decide by values alone', () => {
    const rooms = sources(['src/core', 'src/model'], { tests: false })
    expect(rooms.length).toBeGreaterThan(10)
    // The ports are promised there, and errors are told there; nothing is awaited.
    const ports = ['src/model/ports.ts', 'src/model/queue.ts']
    const kept = rooms.filter(({ path }) => !ports.includes(path))
    expect(offences(kept, purity)).toEqual([])
  })
  it('only the configuration reads the environment', () => {
    const rooms = sources(['src'], { tests: false }).filter(({ path }) => path !== 'src/config.ts')
    expect(offences(rooms, environment)).toEqual([])
  })
  it('no file knows the machine it was written on', () => {
    const rooms = sources(everywhere).filter(({ path }) => !path.startsWith('test/law/'))
    expect(offences(rooms, machine)).toEqual([])
  })
  it('files stay short enough to be read', () => {
    expect(offences(sources(everywhere), length)).toEqual([])
  })
  it('files open with a sentence', () => {
    expect(offences(sources(everywhere, { tests: false }), opening)).toEqual([])
  })
})

describe('a planted violation is seen', () => {
  it.each([
    [purity, 'export const later = async () => 1'],
    [purity, 'export const at = Date.now()'],
    [purity, 'export const at = new Date()'],
    [purity, 'export const n = Math.random()'],
    [purity, "import { readFileSync } from 'node:fs'"],
    [environment, 'export const port = process.env.PORT'],
    [environment, "export const port = process['env'].PORT"],
    [machine, "const file = '/home/me/file'"],
    [machine, "const from = 'https://registry.npmjs.org/x'"],
    [length, 'x\n'.repeat(longest + 1)],
    [opening, 'export const a = 1'],
  ])('%s', (law, text) => {
    expect(law(planted(text))).not.toBeNull()
  })
  it('and words in comments and texts are none', () => {
    expect(purity(planted("/** async, Date.now() */ export const why = 'await the Promise' // Math.random"))).toBeNull()
  })
})
