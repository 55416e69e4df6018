/** What people who buy without an account do, as steps of a story. */
import type { Customer, World } from '../../world.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The ids of what has been made, by the name it was given. */
export type Made = Record<string, Customer>
export type Step = (now: World, made: Made) => Promise<unknown>

export const at = (name: string): string => `${name}@example.com`
export const home = (lastName: string, more: Fields = {}): Fields => ({
  billingAddress: { firstName: 'Gil', lastName, country: 'DE', city: 'Köln', ...more },
})
export const buys =
  (draft: Fields, as = ''): Step =>
  async (now, made) => {
    const order = await now.buyer.orders(draft)
    if (as !== '') made[as] = order
  }
export const signsUp =
  (draft: Fields, as = 'customer'): Step =>
  async (now, made) => {
    made[as] = await now.shopper.signsUp({ password: 'secret-enough', ...draft })
  }
export const all =
  (...steps: readonly Step[]): Step =>
  (now, made) =>
    Promise.all(steps.map(step => step(now, made)))
export const times = (n: number, draft: Fields): Step => all(...Array.from({ length: n }, () => buys(draft)))
export const of = (made: Made, name: string): Customer => {
  const found = made[name]
  if (found === undefined) throw new Error(`nothing was made as ${name}`)
  return found
}
