/** A worker dies at its k-th port call while it carries out a person's word about a taken record, or what follows from it. */
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/engine/decide.ts'
import type { ClaimedPolicy } from '../../src/model/mapping.ts'
import { sharedMapping } from '../memory/sharing.ts'
import { dyingAt } from './dying.ts'
import { inMemory, onDatabase } from './kinds.ts'
import type { Stage } from './stage.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', phone: '1', note: null }
const anni = { ...anna, firstName: 'Anni', phone: null }

type Tale = {
  readonly name: string
  readonly onClaimed: ClaimedPolicy
  /** Done in peace; what it answers is delivered while the worker may die. */
  readonly begins: (on: Stage) => Promise<Parameters<Stage['works']>[1]>
  readonly ends: readonly string[]
}

const quietly = async (on: Stage, ...saved: ReturnType<Stage['saves']>[]): Promise<void> => {
  for (const one of saved) await on.works(on.engine, [one])
}

/** The question about the second customer, answered. */
async function answered(on: Stage, choice: (id: string) => Parameters<typeof decide>[2]): Promise<[]> {
  const [one] = (await on.engine.store.conflicts({ state: 'open', cursor: null, limit: 10 })).items
  const other = [...on.crm.rows.values()].find(row => row.fields.LastName === 'Moser')
  const made = await decide(on.engine, one?.id ?? '', choice(other?.id ?? ''), 'Grace', 'c')
  expect(made.is).toBe('decided')
  return []
}

const tales: readonly Tale[] = [
  {
    name: 'share, as a person said',
    onClaimed: 'review',
    begins: async on => {
      await quietly(on, on.saves('demo/1', anna), on.saves('demo/2', anni))
      return answered(on, () => ({ do: 'share', crm: null }))
    },
    ends: ['contact demo/1 = ', 'contact demo/2 behind '],
  },
  {
    name: 'link, as a person said',
    onClaimed: 'review',
    begins: async on => {
      on.crm.make('Contact', { LastName: 'Moser', Email: 'm@example.com' })
      await quietly(on, on.saves('demo/1', anna), on.saves('demo/2', anni))
      return answered(on, id => ({ do: 'link', crm: { side: 'crm', type: 'Contact', id } }))
    },
    ends: ['contact demo/1 = ', 'contact demo/2 = '],
  },
  {
    name: 'create a new one, as a person said',
    onClaimed: 'review',
    begins: async on => {
      await quietly(on, on.saves('demo/1', anna), on.saves('demo/2', anni))
      return answered(on, () => ({ do: 'create' }))
    },
    ends: ['contact demo/1 = ', 'contact demo/2 = '],
  },
  {
    name: 'ignore for good, as a person said',
    onClaimed: 'review',
    begins: async on => {
      await quietly(on, on.saves('demo/1', anna), on.saves('demo/2', anni))
      return answered(on, () => ({ do: 'ignore' }))
    },
    ends: ['contact demo/1 = '],
  },
  {
    name: 'two customers of one person in one delivery',
    onClaimed: 'share',
    begins: async on => [on.saves('demo/1', anna), on.saves('demo/2', anni)],
    ends: ['contact demo/1 = ', 'contact demo/2 behind '],
  },
  {
    name: 'the primary one leaves',
    onClaimed: 'share',
    begins: async on => {
      await quietly(on, on.saves('demo/1', anna), on.saves('demo/2', anni), on.saves('demo/3', anna))
      return [on.leaves('demo/1')]
    },
    ends: ['contact demo/2 = ', 'contact demo/3 behind '],
  },
]

for (const make of [inMemory, onDatabase])
  describe(`a worker that dies, on ${make === inMemory ? 'the store in memory' : 'a database'}`, () => {
    const kind = make()

    for (const tale of tales)
      it(`${tale.name}: before and after each port call`, { timeout: 120_000 }, async () => {
        const begin = async () => {
          const on = await kind.fresh(sharedMapping(tale.onClaimed))
          const told = await tale.begins(on)
          return { on, told }
        }
        const peace = await begin()
        await peace.on.works(peace.on.engine, peace.told)
        const wanted = await peace.on.end()
        const { links } = wanted as { links: readonly string[] }
        for (const end of tale.ends) expect(links.filter(link => link.startsWith(end))).toHaveLength(1)
        let deaths = 0
        for (let k = 1, lives = false; !lives; k++) {
          for (const when of ['before', 'after'] as const) {
            const { on, told } = await begin()
            const death = await dyingAt(on.engine, k, when, mortal => on.works(mortal, told))
            lives = !death.died
            if (lives) break
            deaths++
            await kind.expire(on)
            // One that had to wait for the other's identity comes back after a moment.
            on.clock.advance(1_000)
            await on.works(on.engine, death.row.includes('MARK') ? told : [])
            const name = `${tale.name}, call ${k}, ${death.at}: ${death.row}`
            expect(await on.end(), name).toEqual(wanted)
            expect(await on.idleWrites(), `${name}: an idle pass afterwards`).toBe(0)
          }
        }
        expect(deaths).toBeGreaterThan(10)
      })
  })
