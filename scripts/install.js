// Installs what is missing before `npm start`, `npm test` and `npm run check`. Plain JavaScript, because it runs on
// whatever Node the machine has, before the Node 24 of this project is there.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What differs between the lockfile and the installed tree, as one phrase; null when they agree. */
function difference() {
  const installedAt = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installedAt)) return 'nothing is installed yet'
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedAt, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link || !path.startsWith('node_modules/')) continue
    const other = installed[path]
    if (other === undefined && entry.optional && path !== `node_modules/node-${process.platform}-${process.arch}`)
      continue
    if (other?.version !== entry.version)
      return `${path} should be ${entry.version} and is ${other?.version ?? 'missing'}`
  }
  return null
}

const reason = difference()
if (reason !== null) {
  process.stderr.write(`Installing packages, because ${reason}. This takes about ten seconds.\n`)
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) {
    process.stderr.write('npm ci failed: see its message above. It needs the npm registry once; then nothing.\n')
    process.exit(status ?? 1)
  }
}
