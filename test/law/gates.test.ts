/** A gate that never shuts proves nothing: each one meets a planted violation, in a small tree of its own. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from './source.ts'

let tree: string
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'gates-'))
  for (const path of ['tsconfig.json', 'biome.json', '.gitignore', 'knip.json', '.dependency-cruiser.cjs'])
    cpSync(join(root, path), join(tree, path))
  cpSync(join(root, 'scripts/check.ts'), join(tree, 'scripts/check.ts'))
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  plant({
    'package.json': `${JSON.stringify({ name: 'small', version: '0.0.0', private: true, type: 'module' }, null, 2)}\n`,
    'src/index.ts': "/** A small tree. */\nexport { one } from './model/one.ts'\n",
    'src/model/one.ts': '/** One. */\nexport const one: number = 1\n',
    'emulators/README.md': 'None here.\n',
  })
})
afterEach(() => rmSync(tree, { recursive: true, force: true }))

function plant(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
}

const node = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: tree,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, text: stdout + stderr }
}
const gate = (name: string) => node(['scripts/check.ts', name])

describe('npm run check', () => {
  it.each(['types', 'style', 'imports', 'unused'])('lets a sound tree through: %s', name => {
    expect(gate(name)).toMatchObject({ status: 0 })
  })
  it.each([
    ['types', 'a wrong type', /TS2322/, { 'src/model/one.ts': "/** One. */\nexport const one: number = 'two'\n" }],
    [
      'types',
      'an index that may be missing',
      /TS2322/,
      { 'src/model/one.ts': '/** One. */\nexport const one: number = [1][0]\n' },
    ],
    [
      'types',
      'syntax that cannot be stripped',
      /TS1294/,
      { 'src/model/one.ts': '/** One. */\nexport enum one {\n  a = 1,\n}\n' },
    ],
    ['style', 'any', /noExplicitAny/, { 'src/model/one.ts': '/** One. */\nexport const one: any = 1\n' }],
    [
      'style',
      'a non-null assertion',
      /noNonNullAssertion/,
      { 'src/model/one.ts': '/** One. */\nexport const one: number = [1][0]!\n' },
    ],
    ['style', 'another format', /format/, { 'src/model/one.ts': '/** One. */\nexport const one: number = 1;\n' }],
    ['unused', 'a file nobody needs', /two\.ts/, { 'src/model/two.ts': '/** Two. */\nexport const two = 2\n' }],
    [
      'unused',
      'an export nobody needs',
      /more/,
      { 'src/model/one.ts': '/** One. */\nexport const one: number = 1\nexport const more: number = 2\n' },
    ],
    [
      'unused',
      'a package that is not listed',
      /zod/,
      { 'src/model/one.ts': "import 'zod'\n\nexport const one: number = 1\n" },
    ],
    [
      'imports',
      'a cycle',
      /no-cycles/,
      { 'src/model/one.ts': "import '../index.ts'\n\nexport const one: number = 1\n" },
    ],
  ])('%s shuts at %s', (name, _what, reason, files) => {
    plant(files)
    const { status, text } = gate(name)
    expect(status).toBe(1)
    expect(text).toMatch(reason)
  })
  it('imports shuts when nothing could be read', () => {
    rmSync(join(tree, 'src'), { recursive: true })
    mkdirSync(join(tree, 'src'))
    const { status, text } = gate('imports')
    expect(status).toBe(1)
    expect(text).toContain('read no module')
  })
  it('asks for a gate that exists', () => {
    expect(gate('nonsense').status).toBe(2)
  })
})

describe('the table of who may import whom', () => {
  const rules = (): readonly string[] => {
    const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs'))
    return forbidden.map((rule: { name: string }) => rule.name)
  }
  /** Where each room steps out: to a room that is not its neighbour. */
  const strays = {
    model: 'lib',
    lib: 'model',
    core: 'lib',
    'mappings/codecs': 'core',
    mappings: 'core',
    'systems/commercetools': 'systems/salesforce',
    'systems/salesforce': 'systems/commercetools',
    'systems/sqs': 'systems/commercetools',
    store: 'engine',
    engine: 'store',
    http: 'store',
    config: 'store',
    cli: 'store',
  }
  const up = (room: string): string => room.replace(/[^/]+/g, '..')

  it('each rule meets its violation', () => {
    for (const [room, other] of Object.entries(strays))
      plant({
        [`src/${room}/target.ts`]: 'export const target = 1\n',
        [`src/${room}/planted.ts`]: `import { target } from '${up(room)}/${other}/target.ts'\nimport 'vitest'\nimport 'node:fs'\nexport const planted = target\n`,
      })
    plant({
      'src/app.ts': "export { planted as app } from './cli/planted.ts'\n",
      'src/engine/root.ts': "export { app } from '../app.ts'\n",
      'src/engine/emulated.ts': "export { inside } from '../../emulators/a/src/inside.ts'\n",
      'src/engine/tested.ts': "export { test } from './some.test.ts'\n",
      'src/engine/some.test.ts': 'export const test = 1\n',
      'src/engine/round.ts': "import './circle.ts'\nexport const round = 1\n",
      'src/engine/circle.ts': "import './round.ts'\nexport const circle = 1\n",
      'src/engine/alone.ts': 'export const alone = 1\n',
      'src/engine/nowhere.ts': "import './nowhere-to-be-found.ts'\nexport const nowhere = 1\n",
      'emulators/a/src/inside.ts': 'export const inside = 1\n',
      'emulators/b/src/main.ts': "export { inside } from '../../a/src/inside.ts'\n",
    })
    const args = ['node_modules/.bin/depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
    const report = JSON.parse(node([...args, 'src', 'emulators']).text)
    const met = new Set(report.summary.violations.map((violation: { rule: { name: string } }) => violation.rule.name))
    expect(rules().length).toBeGreaterThan(25)
    expect(rules().filter(name => !met.has(name))).toEqual([])
  })
})

describe('the generated reference', () => {
  const reference = (folder: string, ...args: string[]) =>
    node([join(root, 'scripts/reference.ts'), ...args], { REFERENCE_DIR: folder })
  it('is current once written, and stale after any change', () => {
    const folder = join(tree, 'reference')
    expect(reference(folder, '--check')).toMatchObject({ status: 1 })
    expect(reference(folder)).toMatchObject({ status: 0 })
    expect(reference(folder, '--check')).toMatchObject({ status: 0 })
    plant({ 'reference/cli.md': 'old\n' })
    const { status, text } = reference(folder, '--check')
    expect([status, text]).toEqual([1, expect.stringContaining('docs/reference/cli.md')])
  })
})
