import { describe, expect, it } from 'vitest'
import type { Mapping } from '../../src/model/mapping.ts'
import { dyingAt } from './dying.ts'
import { inMemory, onDatabase } from './kinds.ts'
import { type Stage, type Story, stageMapping } from './stage.ts'

const mappingFor = (deletion: Mapping['deletion']): Mapping => ({
  ...stageMapping,
  deletion,
  parts: stageMapping.parts.map(part => ({
    ...part,
    deactivate: { CT_Deleted_At__c: { at: 'deletion' } },
    ...(part.object === 'Account' && { takesAlong: [{ object: 'Contact', field: 'AccountId' }] }),
  })),
})

const person = (name: string) => ({ firstName: name, lastName: 'Beck', email: `${name}@example.com`, note: 'a note' })

/** Two of three customers leave, with a change of the third in the same pass. */
const leaving: Story = {
  name: 'leaving',
  before: on => ['demo/1', 'demo/2', 'demo/3'].map(id => on.saves(id, person(id.replace('/', '')))),
  told: on => [on.leaves('demo/1'), on.saves('demo/2', person('new')), on.leaves('demo/3')],
}
const erased: Story = {
  ...leaving,
  name: 'erased',
  told: on => leaving.told(on).map(event => ({ ...event, erase: event.kind === 'deleted' })),
}

/** Until nothing is due: what a crash put off comes due when the clock moves. */
async function settle(on: Stage): Promise<void> {
  for (let hours = 0; hours < 3; hours++) {
    await on.works(on.engine, [])
    on.clock.advance(3_600_000)
  }
}

/** The time of the deletion is that of its first mark: a delivery that is sent again may carry another one. */
const untimed = (end: unknown): unknown =>
  JSON.parse(JSON.stringify(end).replaceAll(/(CT_Deleted_At__c\\":\\")[^\\]*/g, '$1then'))

for (const make of [inMemory, onDatabase])
  describe(`a worker that dies in a deletion, on ${make === inMemory ? 'the store in memory' : 'a database'}`, () => {
    const kind = make()
    const cases = (['deactivate', 'anonymise', 'delete'] as const).flatMap(how =>
      [leaving, erased].map(story => ({ how, story })),
    )
    it.each(cases)('$how, $story.name: the end is the same wherever it died', { timeout: 60_000 }, async found => {
      const { how, story } = found
      const begin = async () => {
        const on = await kind.fresh(mappingFor(how))
        await on.works(on.engine, story.before(on))
        return { on, told: story.told(on) }
      }
      const calm = await begin()
      await calm.on.works(calm.on.engine, calm.told)
      const wanted = untimed(await calm.on.end())
      const places = new Set<string>()
      for (let k = 1, lives = false; !lives; k++)
        for (const when of ['before', 'after'] as const) {
          const { on, told } = await begin()
          const death = await dyingAt(on.engine, k, when, mortal => on.works(mortal, told))
          lives = !death.died
          if (lives) break
          places.add(death.at)
          await kind.expire(on)
          await on.works(on.engine, death.row.includes('MARK') ? told : [])
          await settle(on)
          expect(untimed(await on.end()), `call ${k}, ${death.at}`).toEqual(wanted)
          expect(await on.idleWrites(), `call ${k}, ${death.at}: an idle pass afterwards`).toBe(0)
        }
      expect([...places]).toEqual(
        expect.arrayContaining(['before crm.write', 'after crm.write', 'before store.save', 'after store.save']),
      )
    })
  })
