/** Reads both emulators and the service, page by page. */
import { object, type Row } from './values.ts'

export const id = (row: Row): string => String(row.id)
export const Id = (row: Row): string => String(row.Id)

async function* pages(url: string, idOf: (row: Row) => string): AsyncGenerator<Row> {
  let after = ''
  for (;;) {
    const answer = await fetch(`${url}?limit=5000&after=${encodeURIComponent(after)}`)
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
    const body = (await answer.json()) as { results?: Row[]; rows?: Row[] }
    const rows = body.results ?? body.rows ?? []
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < 5000) return
    after = idOf(last)
  }
}

export async function all(url: string, idOf: (row: Row) => string): Promise<Row[]> {
  return Array.fromAsync(pages(url, idOf))
}

/** Messages of one type, page by page: the shop's own API has them. */
export async function messagesOf(shop: string, project: string, type: string): Promise<Row[]> {
  const token = await fetch(`${shop}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('compare:compare')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await token.json()) as { access_token: string }
  const found: Row[] = []
  for (;;) {
    const last = found.at(-1)
    const where = `type = "${type}"${last === undefined ? '' : ` and id > "${id(last)}"`}`
    const query = new URLSearchParams({ where, sort: 'id asc', limit: '500', withTotal: 'false' })
    const answer = await fetch(`${shop}/${project}/messages?${query}`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    if (!answer.ok) throw new Error(`messages answered ${answer.status}`)
    const { results } = (await answer.json()) as { results: Row[] }
    found.push(...results)
    if (results.length < 500) return found
  }
}

/** Who is gone from the shop, by id: true for those who asked to be erased. The message of such a deletion keeps no email. */
export async function goneFrom(shop: string, project: string): Promise<ReadonlyMap<string, boolean>> {
  const messages = await messagesOf(shop, project, 'CustomerDeleted')
  return new Map(messages.map(message => [String(object(message.resource).id), message.email === undefined]))
}

type ListPage = { items: { source: { id: string } }[]; next: string | null }

/** The records that the service lists for a person, page by page: as failed, or because it cannot know who they are. */
export async function listedBy(service: string | undefined): Promise<ReadonlySet<string>> {
  const listed = new Set<string>()
  for (const list of service === undefined ? [] : ['failures', 'conflicts']) {
    let cursor: string | null = ''
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const answer = await fetch(`${service}/api/v1/${list}?state=open&limit=200${at}`)
      const page = (await answer.json()) as ListPage
      for (const one of page.items) listed.add(one.source.id)
      cursor = page.next
    }
  }
  return listed
}
