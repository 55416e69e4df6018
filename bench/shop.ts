/** The commercetools emulator from outside: who its customers are, and one small change of each, through its API. */
import { Agent } from 'undici'
import { ask } from '../test/world.ts'
import { abreast } from './figure.ts'

export type Known = { readonly id: string; readonly version: number }

const page = 5_000

export async function customers(url: string): Promise<readonly Known[]> {
  const all: Known[] = []
  for (;;) {
    const { results } = await ask<{ results: Known[] }>(
      `${url}/__emulator/resources/demo/customers?limit=${page}&after=${all.at(-1)?.id ?? ''}`,
    )
    all.push(...results.map(({ id, version }) => ({ id, version })))
    if (results.length < page) return all
  }
}

/** One update action for every customer, sixteen requests at once. Resolves when all are answered. */
export async function changeEach(
  url: string,
  some: readonly Known[],
  action: (place: number) => Readonly<Record<string, string>>,
): Promise<void> {
  const { access_token } = await ask<{ access_token: string }>(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('bench:bench')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const agent = new Agent({ connections: 16, pipelining: 1 })
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  await abreast(some, 16, async ({ id, version }, place) => {
    const body = JSON.stringify({ version, actions: [action(place)] })
    const answer = await agent.request({ origin: url, path: `/demo/customers/${id}`, method: 'POST', headers, body })
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`a change was answered ${answer.statusCode}: ${text.slice(0, 300)}`)
  })
  await agent.close()
}

/** A day of birth that nobody had before: `round` tells one change of a customer from the next. */
export const birthday = (round: number): string => new Date(Date.UTC(1960, 0, 1 + round)).toISOString().slice(0, 10)
