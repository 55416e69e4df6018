/** What negotiations are in Salesforce: one Opportunity for each request, where it stands, and what it comes to. */
import { amount, live, matches, object, type Row, strayIn, text } from './values.ts'

export type Deals = {
  readonly project: string
  readonly requests: readonly Row[]
  readonly quotes: readonly Row[]
  readonly staged: readonly Row[]
  readonly orders: readonly Row[]
  readonly opportunities: readonly Row[]
  readonly roles: readonly Row[]
  /** The Account and the Contact of a customer in Salesforce; null where there is none. */
  readonly personOf: (customer: string) => { readonly account: string; readonly contact: string | null } | null
  readonly differs: (key: string, where: string, because?: readonly string[]) => boolean
}

const lost = new Set(['Declined', 'Withdrawn', 'Rejected', 'Cancelled', 'Closed'])
const newest = (rows: readonly Row[]): Row | undefined =>
  rows.toSorted((a, b) => (String(a.createdAt) < String(b.createdAt) ? -1 : 1)).at(-1)

/** Won, lost, or still open. */
function outcome(request: Row, staged: Row | undefined, quote: Row | undefined, order: Row | undefined): string {
  if (order !== undefined) return order.orderState === 'Cancelled' ? 'lost' : 'won'
  if (quote !== undefined)
    return quote.quoteState === 'Accepted' ? 'won' : lost.has(String(quote.quoteState)) ? 'lost' : 'open'
  if (lost.has(String(request.quoteRequestState))) return 'lost'
  return staged?.stagedQuoteState === 'Closed' ? 'lost' : 'open'
}

const outcomeIn = (row: Row): string => (row.IsWon === true ? 'won' : row.IsClosed === true ? 'lost' : 'open')

/** How many deals, or roles in them, there are too many. */
export function compareDeals(deals: Deals): number {
  const { project, requests, quotes, staged, orders, opportunities, roles, personOf, differs } = deals
  const byKey = Map.groupBy(live(opportunities), row => text(row.CT_Id__c) ?? '')
  const of = (rows: readonly Row[], name: string, id: unknown): Row[] => rows.filter(row => object(row[name]).id === id)
  const known = new Set<string>()
  let strays = 0
  for (const request of requests) {
    const key = `${project}/${String(request.id)}`
    known.add(key)
    const customer = String(object(request.customer).id)
    const person = personOf(customer)
    const because = [`${project}/${customer}`]
    const [deal] = byKey.get(key) ?? []
    if (deal === undefined) {
      differs(key, 'no deal', because)
      continue
    }
    const offers = of(quotes, 'quoteRequest', request.id)
    const quote = newest(offers)
    const order = newest(offers.flatMap(one => of(orders, 'quote', one.id)))
    const wanted = outcome(request, newest(of(staged, 'quoteRequest', request.id)), quote, order)
    if (outcomeIn(deal) !== wanted) differs(key, `the deal is ${outcomeIn(deal)} and not ${wanted}`)
    if (!matches(deal.CT_Total__c, amount((order ?? quote ?? request).totalPrice))) differs(key, 'deal.CT_Total__c')
    if (text(deal.CT_Order_Number__c) !== text(order?.orderNumber ?? order?.id)) differs(key, 'deal.CT_Order_Number__c')
    if (person !== null && deal.AccountId !== person.account) differs(key, 'whose the deal is', because)
    const own = live(roles).filter(row => row.OpportunityId === deal.Id)
    const expected = person?.contact == null ? 0 : 1
    if (own.length < expected) differs(key, 'nobody has a role in the deal', because)
    strays += Math.max(0, own.length - expected)
  }
  return strays + strayIn(byKey, known) + live(roles).filter(row => text(row.CT_Id__c) === null).length
}
