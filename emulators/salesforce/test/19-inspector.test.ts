// The page for people: what it shows, what it does, and that a browser may trust it.

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
let ada: string
let bob: string
const make = async (object: string, body: object): Promise<string> =>
  ((await org.call('POST', `/sobjects/${object}`, body)).body as { id: string }).id

beforeEach(async () => {
  org = await wire()
  ada = await make('Contact', { FirstName: 'Ada', LastName: 'Lovelace', CT_Id__c: 'c1', Title: 'Countess' })
  bob = await make('Contact', { FirstName: 'Bob', LastName: '<script>alert("1")</script>', CT_Id__c: 'c2' })
})
afterEach(async () => {
  await org[Symbol.asyncDispose]()
})

const page = async (path = '/'): Promise<string> => (await fetch(`${org.emulator.url}${path}`)).text()
const send = async (form: Record<string, string>): Promise<string> => {
  const body = new URLSearchParams(form)
  return (await fetch(`${org.emulator.url}/`, { method: 'POST', body })).text()
}
const contact = (id: string): string => `/?object=Contact&id=${id}`
/** The text of a page, tags left out. */
const words = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
/** What a browser would send of the form with this button, untouched. */
function filled(html: string): Record<string, string> {
  const form = html.match(/<form method="post".*?<\/form>/gs)?.find(text => text.includes('Save as sales rep')) ?? ''
  const values: Record<string, string> = {}
  for (const [, tag = ''] of form.matchAll(/<(input[^>]*)>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1] ?? ''
    if (tag.includes('type="checkbox"') && !tag.includes('checked')) continue
    values[name] = (/value="([^"]*)"/.exec(tag)?.[1] ?? '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
  }
  for (const [, name = '', text = ''] of form.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)<\/textarea>/gs))
    values[name] = text
  for (const [, name = '', options = ''] of form.matchAll(/<select[^>]*name="([^"]*)"[^>]*>(.*?)<\/select>/gs))
    values[name] = /value="([^"]*)" selected/.exec(options)?.[1] ?? ''
  return values
}

describe('shows', () => {
  test('objects with how many records they have', async () => {
    await make('Account', { Name: 'A' })
    await org.call('DELETE', `/sobjects/Contact/${bob}`)
    const text = words(await page())
    expect(text).toMatch(/Accounts Account 1 0/)
    expect(text).toMatch(/Contacts Contact 1 1/)
    expect(text).toContain('Without records')
  })

  test('records page by page, what changed last first', async () => {
    const records = Array.from({ length: 60 }, (_, at) => ({ attributes: { type: 'Account' }, Name: `Company ${at}.` }))
    await org.call('POST', '/composite/sobjects', { records })
    const first = await page('/?object=Account')
    expect(words(first)).toMatch(/Company 59\. .*Company 35\. .*Page 1 of 3 Older/)
    expect(first).not.toContain('Company 34.')
    const last = words(await page('/?object=Account&page=3'))
    expect(last).toMatch(/Company 9\. .*Company 0\. .*Newer Page 3 of 3/)
    for (const odd of ['99', '-1', 'x', '1.5'])
      expect(words(await page(`/?object=Account&page=${odd}`))).toMatch(/Page \d of 3/)
  })

  test('a record with what became of it, and by whom', async () => {
    await org.call('PATCH', `/sobjects/Contact/${ada}`, { Phone: '1815' })
    await org.control('POST', '/edit', { object: 'Contact', id: ada, fields: { Phone: '1852', Title: null } })
    const text = words(await page(contact(ada)))
    expect(text).toMatch(/History .*Sam Sales Business Phone: 1815 → 1852 Title: Countess → nothing/)
    expect(text).toMatch(/Integration User Business Phone: nothing → 1815 .*Integration User created/)
  })

  test('a change that was taken back is no history', async () => {
    const records = [
      { Id: ada, Phone: '1' },
      { Id: bob, LastName: null },
    ].map(row => ({ attributes: { type: 'Contact' }, ...row }))
    await org.call('PATCH', '/composite/sobjects', { allOrNone: true, records })
    expect(words(await page(contact(ada)))).not.toContain('Business Phone: nothing')
  })

  test('requests with what they took of the calls', async () => {
    await org.control('POST', '/faults', { on: 'query', do: 'status', nth: 1 })
    await org.call('GET', '/query?q=SELECT+Id+FROM+Account')
    const text = words(await page('/?view=requests'))
    expect(text).toContain('4 requests took 2 API calls: 1 token, 2 row, 1 query.')
    expect(text).toMatch(/4 \S+ \S+ GET \/services\/data\/v67.0\/query\?q=SELECT Id FROM Account query 503 0 status/)
  })

  test('a record that there is not is told', async () => {
    expect(words(await page('/?object=Contact&id=nobody'))).toContain('There is no Contact nobody.')
    expect(words(await page('/?object=Nope'))).toContain('Objects')
  })
})

describe('does', () => {
  test('an edit as a sales rep, of that alone which was changed', async () => {
    const form = filled(await page(contact(ada)))
    expect(form).toMatchObject({ __action: 'edit', LastName: 'Lovelace', Title: 'Countess', CT_Id__c: 'c1' })
    expect(words(await send(form))).toContain('Nothing was changed.')
    expect(words(await send({ ...form, Title: '', Phone: '1852' }))).toContain('Saved: ')
    const [row] = await org.query(`SELECT Title, Phone, Tier__c, LastModifiedBy.Name FROM Contact WHERE Id = '${ada}'`)
    expect(row).toMatchObject({ Title: null, Phone: '1852', Tier__c: 'Silver', LastModifiedBy: { Name: 'Sam Sales' } })
  })

  test('a refusal is told and changes nothing', async () => {
    const form = filled(await page(contact(ada)))
    const text = await send({ ...form, Email: 'no email' })
    expect(text).toContain('role="alert"')
    expect(words(text)).toContain('INVALID_EMAIL_ADDRESS')
    expect(await org.query(`SELECT Email FROM Contact WHERE Id = '${ada}'`)).toMatchObject([{ Email: null }])
  })

  test('delete and undelete', async () => {
    const at = { __object: 'Contact', __id: ada }
    expect(words(await send({ ...at, __action: 'delete' }))).toMatch(/Deleted\. .*in the recycle bin.*Undelete/)
    expect(await org.query("SELECT Id FROM Contact WHERE CT_Id__c = 'c1'")).toEqual([])
    expect(words(await send({ ...at, __action: 'undelete' }))).toContain('Brought back.')
    expect(await org.query("SELECT Id FROM Contact WHERE CT_Id__c = 'c1'")).toHaveLength(1)
  })

  test('merge of two that were picked, keeping the one that is asked for', async () => {
    const compared = await page(`/?object=Contact&view=merge&pick=${ada}&pick=${bob}`)
    expect(words(compared)).toMatch(/Merge these two\? .*Keep Ada Lovelace .*Keep Bob .*Title Countess/)
    const text = words(await send({ __action: 'merge', __object: 'Contact', first: ada, second: bob, masterId: bob }))
    expect(text).toContain('Merged.')
    const { body } = await org.call('GET', `/queryAll?q=SELECT+Id,MasterRecordId+FROM+Contact+WHERE+IsDeleted=true`)
    expect(body).toMatchObject({ records: [{ Id: ada, MasterRecordId: bob }] })
    expect(words(await page(contact(ada)))).toMatch(/It was merged into Bob .*deleted, merged into Bob/)
  })

  test('two and no more, not one twice, and none that is gone', async () => {
    for (const picks of [[ada], [ada, ada], [ada, 'nobody'], [ada, bob, ada]]) {
      const query = picks.map(id => `&pick=${id}`).join('')
      expect(words(await page(`/?object=Contact&view=merge${query}`))).toContain('Pick two records that are there')
    }
  })

  test('what no form asks for does nothing', async () => {
    expect(words(await send({ __action: 'explode', __object: 'Contact', __id: ada }))).toContain(
      'This form does nothing.',
    )
    expect(words(await send({}))).toContain('Nothing was changed.')
  })
})

describe('may be trusted', () => {
  const paths = (): string[] => [
    '/',
    '/?object=Contact',
    contact(ada),
    contact(bob),
    '/?view=requests',
    `/?object=Contact&view=merge&pick=${ada}&pick=${bob}`,
  ]

  test('no script, no foreign asset, and the style by its hash', async () => {
    await org.call('GET', '/query?q=<script>alert(1)</script>')
    for (const path of paths()) {
      const response = await fetch(`${org.emulator.url}${path}`)
      const html = await response.text()
      const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? ''
      const hash = createHash('sha256').update(style).digest('base64')
      const policy = response.headers.get('content-security-policy')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain(`'sha256-${hash}'`)
      expect(policy).not.toContain('unsafe')
      expect(html).not.toMatch(/<script|<img|<link(?! rel="icon" href="data:,")|\ssrc=|\sstyle="|\son\w+="/)
      expect(html.replace(/<title>.*?<\/title>/, '')).not.toMatch(/https?:\/\//)
    }
  })

  test('every control has a name, every page a language, a title, one heading and a way past the navigation', async () => {
    for (const path of paths()) {
      const html = await page(path)
      expect(html).toMatch(/<html lang="en">.*<title>[^<]+<\/title>.*class="skip" href="#content"/s)
      expect(html.match(/<h1>/g)).toHaveLength(1)
      for (const [tag] of html.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)) {
        if (tag.includes('type="hidden"') || tag.includes('type="radio"')) continue
        const id = /id="([^"]+)"/.exec(tag)?.[1]
        const named = tag.includes('aria-label=') || (id !== undefined && html.includes(`<label for="${id}">`))
        expect([tag, named]).toEqual([tag, true])
      }
    }
  })
})
