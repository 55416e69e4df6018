/** `node bench/topFunctions.ts FILE…`: where a profiled process spent its time, by function (self) and by file of ours (with all it called). */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { root } from '../test/ports.ts'

type Frame = {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}
type Node = { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }
type Profile = {
  readonly nodes: readonly Node[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const shown = 25

function nameOf({ functionName, url, lineNumber }: Frame): string {
  const place = url.startsWith('file://') ? relative(root, url.slice('file://'.length)) : url
  return place === '' ? functionName : `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`
}

const isOurs = ({ url }: Frame): boolean => url.includes('/src/') && !url.includes('/node_modules/')

function tableOf(title: string, times: ReadonlyMap<string, number>, whole: number): string {
  const rows = [...times].toSorted(([, a], [, b]) => b - a).slice(0, shown)
  return [title, ...rows.map(([name, time]) => `${((100 * time) / whole).toFixed(1).padStart(6)} %  ${name}`)].join(
    '\n',
  )
}

function told({ nodes, samples, timeDeltas }: Profile): string {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const parent = new Map(nodes.flatMap(node => (node.children ?? []).map(child => [child, node.id] as const)))
  const self = new Map<string, number>()
  const withCalled = new Map<string, number>()
  let busy = 0
  samples.forEach((id, at) => {
    const frame = byId.get(id)?.callFrame
    const time = timeDeltas[at] ?? 0
    if (frame === undefined || frame.functionName === '(idle)' || frame.functionName === '(program)') return
    busy += time
    self.set(nameOf(frame), (self.get(nameOf(frame)) ?? 0) + time)
    const seen = new Set<string>()
    for (let up: number | undefined = id; up !== undefined; up = parent.get(up)) {
      const above = byId.get(up)?.callFrame
      if (above !== undefined && isOurs(above)) seen.add(nameOf(above))
    }
    for (const name of seen) withCalled.set(name, (withCalled.get(name) ?? 0) + time)
  })
  const whole = timeDeltas.reduce((sum, time) => sum + time, 0)
  return [
    `busy ${(busy / 1e6).toFixed(1)} s of ${(whole / 1e6).toFixed(1)} s`,
    tableOf('by itself, of the busy time', self, busy),
    tableOf('with all that it called, of the busy time', withCalled, busy),
  ].join('\n\n')
}

for (const file of process.argv.slice(2))
  process.stdout.write(`${file}\n${told(JSON.parse(await readFile(file, 'utf8')) as Profile)}\n\n`)
