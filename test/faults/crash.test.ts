/** A worker dies before or after its k-th port call, for every k: what another one makes of it is as if nothing had been. */
import { describe, expect, it } from 'vitest'
import { dyingAt, type Row, rows, stallingAt } from './dying.ts'
import { inMemory, type Kind, onDatabase } from './kinds.ts'
import { type Stage, type Story, stories, thousand } from './stage.ts'

/** Sets the scene and answers what the sender has to deliver. */
async function begin(on: Stage, story: Story) {
  await on.works(on.engine, story.before(on))
  return story.told(on)
}

async function undisturbed(kind: Kind, story: Story): Promise<unknown> {
  const on = await kind.fresh()
  const told = await begin(on, story)
  await on.works(on.engine, told)
  return on.end()
}

const hit = new Set<string>()

for (const make of [inMemory, onDatabase])
  describe(`a worker that dies, on ${make === inMemory ? 'the store in memory' : 'a database'}`, () => {
    const kind = make()

    for (const story of [...stories, thousand])
      it(`${story.name}: the end is the same wherever it died`, { timeout: 120_000 }, async () => {
        const wanted = await undisturbed(kind, story)
        const seen = new Map<Row, number>()
        for (let k = 1, lives = false; !lives; k++) {
          for (const when of ['before', 'after'] as const) {
            const on = await kind.fresh()
            const told = await begin(on, story)
            const death = await dyingAt(on.engine, k, when, mortal => on.works(mortal, told))
            lives = !death.died
            if (lives) break
            const name = `${story.name}, call ${k}, ${death.at}: ${death.row}`
            hit.add(death.row)
            seen.set(death.row, (seen.get(death.row) ?? 0) + 1)
            await kind.expire(on)
            // Not acknowledged, as far as the sender knows, as long as the worker had not begun: it sends again.
            await on.works(on.engine, death.row.includes('MARK') ? told : [])
            expect(await on.end(), name).toEqual(wanted)
            expect(await on.idleWrites(), `${name}: an idle pass afterwards`).toBe(0)
          }
        }
        expect(seen.size, JSON.stringify([...seen])).toBeGreaterThanOrEqual(3)
      })

    it('stalled beyond its lease, then awake: the late write is forbidden, the SAVE refused by the token', {
      timeout: 120_000,
    }, async () => {
      let forbidden = 0
      let refused = 0
      for (const story of stories) {
        const wanted = await undisturbed(kind, story)
        for (let k = 1, ends = false; !ends; k++) {
          const on = await kind.fresh()
          const told = await begin(on, story)
          let firstCalls = 0
          const stall = await stallingAt(
            on.engine,
            k,
            sleepy => on.works(sleepy, told),
            async () => {
              firstCalls = k
              on.clock.advance(on.engine.pace.leaseMs)
              await kind.expire(on)
              await on.works(on.engine, [])
            },
          )
          ends = !stall.stalled && k > 40
          if (firstCalls === 0) continue
          const name = `${story.name}, call ${k}, at ${stall.at}`
          hit.add('stalled beyond its lease, then awake')
          expect(stall.lateWrites, `${name}: writes after it awoke`).toBe(0)
          expect(stall.saves, `${name}: saves of its token after it awoke`).not.toContain(true)
          if (['commerce.read', 'crm.find', 'store.renew'].includes(stall.at)) forbidden++
          refused += stall.saves.length
          await on.works(on.engine, [])
          expect(await on.end(), name).toEqual(wanted)
          expect(await on.idleWrites(), `${name}: an idle pass afterwards`).toBe(0)
        }
      }
      expect(forbidden, 'stalls before the write').toBeGreaterThan(0)
      expect(refused, 'saves that were refused').toBeGreaterThan(0)
    })
  })

it('every row of the crash table was hit', () => {
  expect([...rows].filter(row => !hit.has(row))).toEqual([])
})
