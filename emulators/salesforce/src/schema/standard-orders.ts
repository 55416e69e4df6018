// Standard objects of ordering: products, their prices in price books, orders and their lines.

import { address, type StandardObject } from './standard.ts'

export const ORDER_OBJECTS: StandardObject[] = [
  {
    name: 'Product2',
    label: 'Product',
    labelPlural: 'Products',
    keyPrefix: '01t',
    writable: true,
    mergeable: false,
    fields: `
  Name              | Product Name          | string 255     | required name
  ProductCode       | Product Code          | string 255     |
  Description       | Product Description   | textarea 4000  |
  IsActive          | Active                | boolean        |
  Family            | Product Family        | picklist 255   | values=None
  DisplayUrl        | Display URL           | url 1000       |
  QuantityUnitOfMeasure | Quantity Unit Of Measure | picklist 255 | values=Each
  StockKeepingUnit  | Product SKU           | string 180     |`,
  },
  {
    name: 'Pricebook2',
    label: 'Price Book',
    labelPlural: 'Price Books',
    keyPrefix: '01s',
    writable: true,
    mergeable: false,
    fields: `
  Name              | Price Book Name       | string 255     | required name
  IsActive          | Active                | boolean        |
  Description       | Description           | string 255     |
  IsStandard        | Is Standard Price Book | boolean       | readonly`,
  },
  {
    name: 'PricebookEntry',
    label: 'Price Book Entry',
    labelPlural: 'Price Book Entries',
    keyPrefix: '01u',
    writable: true,
    mergeable: false,
    fields: `
  Name              | Product Name          | string 255     | readonly name
  Pricebook2Id      | Price Book ID         | reference      | to=Pricebook2 rel=Pricebook2 children=PricebookEntries required createonly cascade
  Product2Id        | Product ID            | reference      | to=Product2 rel=Product2 children=PricebookEntries required createonly cascade
  UnitPrice         | List Price            | currency 18,2  | required
  IsActive          | Active                | boolean        |
  UseStandardPrice  | Use Standard Price    | boolean        |
  ProductCode       | Product Code          | string 255     | readonly`,
  },
  {
    name: 'Order',
    label: 'Order',
    labelPlural: 'Orders',
    keyPrefix: '801',
    writable: true,
    mergeable: false,
    fields: `
  OwnerId           | Owner ID              | reference      | to=User rel=Owner
  AccountId         | Account ID            | reference      | to=Account rel=Account children=Orders required cascade
  Pricebook2Id      | Price Book ID         | reference      | to=Pricebook2 rel=Pricebook2
  OpportunityId     | Opportunity ID        | reference      | to=Opportunity rel=Opportunity
  RecordTypeId      | Order Record Type     | reference      | to=RecordType rel=RecordType
  EffectiveDate     | Order Start Date      | date           | required
  EndDate           | Order End Date        | date           |
  Status            | Status                | picklist 255   | required restricted values=Draft;Activated
  Description       | Description           | textarea 32000 |
  CustomerAuthorizedById | Customer Authorized By ID | reference | to=Contact rel=CustomerAuthorizedBy
  Type              | Order Type            | picklist 255   |
  ${address('Billing')}
  ${address('Shipping')}
  Name              | Order Name            | string 80      |
  PoDate            | PO Date               | date           |
  PoNumber          | PO Number             | string 80      |
  OrderReferenceNumber | Order Reference Number | string 80  |
  BillToContactId   | Bill To Contact ID    | reference      | to=Contact rel=BillToContact
  ShipToContactId   | Ship To Contact ID    | reference      | to=Contact rel=ShipToContact
  ActivatedDate     | Activated Date        | datetime       | readonly
  ActivatedById     | Activated By ID       | reference      | to=User rel=ActivatedBy readonly
  StatusCode        | Status Category       | picklist 40    | readonly values=Draft;Activated
  OrderNumber       | Order Number          | string 30      | readonly name auto={00000000}
  TotalAmount       | Order Amount          | currency 16,2  | readonly`,
  },
  {
    name: 'OrderItem',
    label: 'Order Product',
    labelPlural: 'Order Products',
    keyPrefix: '802',
    writable: true,
    mergeable: false,
    fields: `
  Product2Id        | Product ID            | reference      | to=Product2 rel=Product2 createonly
  OrderId           | Order ID              | reference      | to=Order rel=Order children=OrderItems required createonly cascade
  PricebookEntryId  | Price Book Entry ID   | reference      | to=PricebookEntry rel=PricebookEntry createonly
  Quantity          | Quantity              | double 18,2    | required
  UnitPrice         | Unit Price            | currency 18,2  | required
  ListPrice         | List Price            | currency 18,2  | readonly
  TotalPrice        | Total Price           | currency 18,2  | readonly
  ServiceDate       | Start Date            | date           |
  EndDate           | End Date              | date           |
  Description       | Line Description      | string 255     |
  OrderItemNumber   | Order Product Number  | string 30      | readonly name auto={0000000000}`,
  },
]
