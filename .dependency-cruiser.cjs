// Who may import whom: the table of rooms, as rules. Whatever a rule does not name is not allowed across rooms.

/** What a room may import from inside the repository, and which packages. `core` and `model` get no package at all. */
const rooms = {
  model: { inside: ['model'], packages: [] },
  lib: { inside: ['lib'], packages: ['pino'] },
  core: { inside: ['core', 'model'], packages: [] },
  'mappings/codecs': { inside: ['mappings/codecs', 'model', 'core/plain\\.ts'], packages: ['libphonenumber-js'] },
  mappings: { inside: ['mappings', 'model', 'core/define\\.ts'], packages: [] },
  'systems/commercetools': {
    inside: ['systems/commercetools', 'model', 'lib'],
    packages: ['@commercetools/', 'undici', 'zod'],
  },
  'systems/salesforce': { inside: ['systems/salesforce', 'model', 'lib'], packages: ['undici', 'jose', 'zod'] },
  'systems/sqs': { inside: ['systems/sqs', 'model', 'lib'], packages: ['@aws-sdk/client-sqs'] },
  store: { inside: ['store', 'model', 'lib'], packages: ['kysely', 'pg', '@electric-sql/pglite'] },
  engine: { inside: ['engine', 'model', 'core', 'lib'], packages: [] },
  http: { inside: ['http', 'model', 'engine', 'lib'], packages: ['fastify', '@fastify/', 'jose', 'prom-client'] },
}

/** Rooms whose decisions must not depend on a machine. */
const pure = ['model', 'core', 'mappings']

const room = name => `^src/${name}(/|$)`
const tests = '\\.test\\.ts$|/fixtures\\.ts$|/testing/'

const insideRules = Object.entries(rooms).map(([name, { inside }]) => ({
  name: `${name.replace('/', '-')}-imports-only-its-neighbours`,
  comment: `src/${name} may import ${inside.map(path => `src/${path.replace('\\', '')}`).join(', ')} and nothing else of src.`,
  severity: 'error',
  from: { path: room(name), pathNot: name === 'mappings' ? [tests, room('mappings/codecs')] : tests },
  to: {
    path: '^(src|emulators|test|bench|demo|scripts)/',
    pathNot: inside.map(path => (path.endsWith('.ts') ? `^src/${path}$` : `^src/${path}(/|$)`)),
  },
}))

const packageRules = Object.entries(rooms).map(([name, { packages }]) => ({
  name: `${name.replace('/', '-')}-uses-only-its-packages`,
  comment: packages.length > 0 ? `src/${name} may use ${packages.join(', ')}.` : `src/${name} uses no package.`,
  severity: 'error',
  from: { path: room(name), pathNot: name === 'mappings' ? [tests, room('mappings/codecs')] : tests },
  to: {
    dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'unknown'],
    ...(packages.length > 0 ? { pathNot: `(^|node_modules/)(${packages.join('|')})` } : {}),
  },
}))

module.exports = {
  forbidden: [
    ...insideRules,
    ...packageRules,
    ...pure.map(name => ({
      name: `${name}-touches-no-machine`,
      comment: `src/${name} is pure: no node: built-in.`,
      severity: 'error',
      from: { path: room(name), pathNot: tests },
      // Which letters a domain name may be written in is a table of Unicode's, no machine's: Node only carries it.
      to: { dependencyTypes: ['core'], ...(name === 'mappings' && { pathNot: '^(node:)?url$' }) },
    })),
    {
      name: 'config-imports-only-its-neighbours',
      comment: 'src/config.ts and src/config/ may import src/model, src/mappings, src/core/define.ts and src/lib.',
      severity: 'error',
      from: { path: '^src/config(\\.ts$|/)', pathNot: tests },
      to: {
        path: '^(src|emulators|test|bench|demo|scripts)/',
        pathNot: '^src/(model|mappings|lib|config)/|^src/core/define\\.ts$',
      },
    },
    {
      name: 'cli-imports-only-its-neighbours',
      comment: 'src/cli may import src/model, src/engine, src/lib, src/config.ts and src/app.ts.',
      severity: 'error',
      from: { path: room('cli'), pathNot: tests },
      to: {
        path: '^(src|emulators|test|bench|demo|scripts)/',
        pathNot: '^src/(cli|model|engine|lib)/|^src/(config|app)\\.ts$',
      },
    },
    {
      name: 'app-is-the-root',
      comment: 'Only src/cli, src/index.ts, tests and scripts may import the composition root.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(cli|app)/|^src/(app|index)\\.ts$|${tests}` },
      to: { path: '^src/app(\\.ts$|/)' },
    },
    {
      name: 'emulators-share-no-code',
      comment: 'An emulator that shared code with the client would let a misunderstanding pass its tests.',
      severity: 'error',
      from: { path: '^emulators/([^/]+)/src/' },
      to: { path: '^(src|test|bench|demo|scripts)/|^emulators/([^/]+)/', pathNot: '^emulators/$1/' },
    },
    {
      name: 'src-knows-no-emulator',
      comment: 'The service starts the emulators only as child processes.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(emulators|bench|demo|scripts)/' },
    },
    {
      name: 'no-test-in-the-product',
      comment: 'What runs does not import what tests.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: `^test/|${tests}` },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that imports nothing is dead.',
      severity: 'error',
      from: { orphan: true, path: '^(src|emulators/[^/]+/src)/', pathNot: `${tests}|^emulators/[^/]+/src/main\\.ts$` },
      to: {},
    },
    {
      name: 'nothing-unresolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/data/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
