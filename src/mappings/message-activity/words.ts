/** What a Task of a message is called, where nothing else is said: by message type and language. */

/** A template, or one for each language: `{number}` is the order's number, `{message.…}` what the message says. */
export type Words = string | Readonly<Record<string, string>>

export type Told = {
  readonly subject: Words
  readonly text?: Words
  /** Messages of one record within so many milliseconds become one Task with a list. */
  readonly coalesceMs?: number
}

const parcel = '{message.parcel.trackingData.carrier} {message.parcel.trackingData.trackingId}'

/** Ready-made words; which of them are switched on is said by the mapping. */
export const ready: Readonly<Record<string, Told>> = {
  OrderCreated: {
    subject: {
      en: 'Order {number} placed: {total}',
      de: 'Bestellung {number} aufgegeben: {total}',
      fr: 'Commande {number} passée : {total}',
    },
    text: '{lines}',
  },
  OrderImported: {
    subject: {
      en: 'Order {number} imported: {total}',
      de: 'Bestellung {number} übernommen: {total}',
      fr: 'Commande {number} importée : {total}',
    },
    text: '{lines}',
  },
  OrderStateChanged: {
    subject: {
      en: 'Order {number} is {message.orderState}',
      de: 'Bestellung {number}: {message.orderState}',
      fr: 'Commande {number} : {message.orderState}',
    },
  },
  OrderShipmentStateChanged: {
    subject: {
      en: 'Order {number}: shipment {message.shipmentState}',
      de: 'Bestellung {number}: Versand {message.shipmentState}',
      fr: 'Commande {number} : expédition {message.shipmentState}',
    },
  },
  OrderPaymentStateChanged: {
    subject: {
      en: 'Order {number}: payment {message.paymentState}',
      de: 'Bestellung {number}: Zahlung {message.paymentState}',
      fr: 'Commande {number} : paiement {message.paymentState}',
    },
  },
  ReturnInfoAdded: {
    subject: {
      en: 'Order {number}: return announced',
      de: 'Bestellung {number}: Rücksendung angekündigt',
      fr: 'Commande {number} : retour annoncé',
    },
    text: '{message.returnInfo.returnTrackingId}',
  },
  DeliveryAdded: {
    subject: {
      en: 'Order {number}: delivery on its way',
      de: 'Bestellung {number}: Lieferung unterwegs',
      fr: 'Commande {number} : livraison en route',
    },
    coalesceMs: 60_000,
  },
  ParcelAddedToDelivery: {
    subject: {
      en: 'Order {number}: parcels on their way',
      de: 'Bestellung {number}: Pakete unterwegs',
      fr: 'Commande {number} : colis en route',
    },
    text: parcel,
    coalesceMs: 60_000,
  },
  CartAbandoned: {
    subject: {
      en: 'Cart left behind: {total}',
      de: 'Warenkorb stehen gelassen: {total}',
      fr: 'Panier abandonné : {total}',
    },
    text: '{lines}',
  },
  QuoteRequestCreated: {
    subject: {
      en: 'Quote requested: {total}',
      de: 'Angebot angefragt: {total}',
      fr: 'Devis demandé : {total}',
    },
    text: '{lines}',
  },
}
