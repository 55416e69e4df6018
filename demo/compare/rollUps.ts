/** What each person's record says they bought in all, against all orders that are theirs. */
import { amount, object, type Row, text } from './values.ts'

export type RollUps = {
  readonly orders: readonly Row[]
  /** By person: the record that shows it. */
  readonly people: ReadonlyMap<string, Row>
  readonly buyerOf: (order: Row) => { readonly person: string }
  readonly differs: (key: string, where: string) => boolean
}

/** Totals by currency as the field has them, each in as many digits as its currency has; by code. */
function totals(orders: readonly Row[]): string | null {
  const byCode = Map.groupBy(orders, order => String(object(order.totalPrice).currencyCode))
  const words = [...byCode].map(([code, some]) => {
    const { fractionDigits } = object(some[0]?.totalPrice)
    const minor = some.reduce((sum, order) => sum + Number(object(order.totalPrice).centAmount), 0)
    const sum = amount({ centAmount: minor, fractionDigits })
    return typeof sum === 'object' ? `${Number(sum.is).toFixed(Number(fractionDigits))} ${code}` : ''
  })
  return words.length === 0 ? null : words.toSorted().join(', ')
}

/** Compares them; answers of how many people. */
export function compareRollUps({ orders, people, buyerOf, differs }: RollUps): number {
  const counted = orders.filter(order => order.orderState !== 'Cancelled')
  const byPerson = Map.groupBy(counted, order => buyerOf(order).person)
  for (const [key, row] of people) {
    const own = byPerson.get(key) ?? []
    if (row.CT_Order_Count__c !== own.length) differs(key, 'CT_Order_Count__c')
    const shown = text(row.CT_Order_Totals__c)?.split(', ').toSorted().join(', ') ?? null
    if (shown !== totals(own)) differs(key, 'CT_Order_Totals__c')
    const placed = own.map(order => Date.parse(String(order.completedAt ?? order.createdAt)))
    const last = placed.length === 0 ? null : Math.floor(Math.max(...placed) / 1_000)
    const lastShown = text(row.CT_Last_Order_At__c)
    if ((lastShown === null ? null : Math.floor(Date.parse(lastShown) / 1_000)) !== last)
      differs(key, 'CT_Last_Order_At__c')
  }
  return people.size
}
