/** The bare loop: posts ready-made composite payloads as fast as they are answered, and does nothing else. What the product is compared with. */
import { Agent } from 'undici'
import { bodyOf } from '../src/systems/salesforce/composite.ts'
import { defaults } from '../src/systems/salesforce/options.ts'
import { units } from '../src/systems/salesforce/units.ts'
import { abreast } from './figure.ts'
import type { Ended } from './passes.ts'

const root = '/services/data/v67.0'
const rowsPerGroup = 200
const rowsPerCall = 1_000

/** The very texts that the product sends when it changes one field of each of these Contacts. */
export function payloads(ids: readonly string[], fields: Readonly<Record<string, string>>): readonly string[] {
  const rows = ids.map((id, plan) => ({
    plan,
    do: 'update' as const,
    object: 'Contact',
    key: null,
    id,
    fields,
    links: [],
    ifUnmodifiedSince: null,
  }))
  const cut = <T>(items: readonly T[], size: number): T[][] =>
    Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
  return cut(rows, rowsPerCall).map(call =>
    bodyOf(
      units(root, { groups: cut(call, rowsPerGroup) }).map(({ method, path, body }) => ({ method, url: path, body })),
    ),
  )
}

/** Each record of a payload names its id. */
const recordsIn = (body: string): number => body.split('"id":').length - 1

async function tokenOf(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bare', client_secret: 'bare' }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

/** When each of them had been answered. The agent is made as the product makes its own. */
export async function bareLoop(origin: string, bodies: readonly string[], inFlight: number): Promise<readonly Ended[]> {
  const token = await tokenOf(origin)
  const agent = new Agent({
    connections: defaults.connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: defaults.timeoutMs },
  })
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json; charset=utf-8',
    authorization: `Bearer ${token}`,
    'sforce-auto-assign': 'FALSE',
    'sforce-call-options': 'client=bare',
  }
  const ended: Ended[] = []
  await abreast(bodies, inFlight, async body => {
    const answer = await agent.request({ origin, path: `${root}/composite`, method: 'POST', headers, body })
    const text = await answer.body.text()
    if (answer.statusCode !== 200 || text.split('"success":true').length - 1 !== recordsIn(body))
      throw new Error(`the bare loop was answered ${answer.statusCode}: ${text.slice(0, 300)}`)
    ended.push({ endedAt: performance.now(), written: recordsIn(body) })
  })
  await agent.close()
  return ended
}
