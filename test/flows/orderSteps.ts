/** What stories of orders have in common, whichever objects their orders go to: drafts, who places them, what became of them. */
import type { CrmRow, Customer, World } from '../world.ts'

export const amount = (centAmount: number, currencyCode = 'EUR', fractionDigits = 2) => ({
  type: 'centPrecision',
  currencyCode,
  centAmount,
  fractionDigits,
})

export const item = (sku: string, cents: number, quantity = 1, currency = 'EUR', digits = 2) => ({
  name: { en: `Product ${sku}`, de: `Produkt ${sku}` },
  variant: { sku },
  price: { value: amount(cents, currency, digits) },
  quantity,
})

export const address = {
  firstName: 'Ada',
  lastName: 'Byron',
  streetName: 'Hauptstraße',
  streetNumber: '1',
  city: 'Bern',
  country: 'CH',
}

/** Where orders go. */
export type Form = { readonly object: string; readonly line: string; readonly parent: string }

/** The steps in a world: it is asked for at each, because it begins after the stories are told. */
export function orderSteps(now: () => World, { object, line, parent }: Form) {
  let n = 0
  return {
    somebody: (): Promise<Customer> => {
      const email = `shopper${++n}@example.com`
      return now().shopper.signsUp({ email, password: 'p', firstName: 'Ada', lastName: `Byron ${n}` })
    },
    places: (draft: Record<string, unknown>): Promise<Customer> =>
      now().merchant.makes('orders/import', { totalPrice: amount(2_998), billingAddress: address, ...draft }),
    orderOf: async ({ id }: Customer): Promise<CrmRow | undefined> =>
      (await now().crm.rows(object)).find(row => row.CT_Id__c === `demo/${id}`),
    linesOf: async (order: CrmRow | undefined): Promise<readonly CrmRow[]> =>
      (await now().crm.rows(line))
        .filter(row => row[parent] === order?.Id)
        .sort((a, b) => (String(a.CT_Sku__c) < String(b.CT_Sku__c) ? -1 : 1)),
  }
}
