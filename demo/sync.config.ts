/** How the service of `ctsf demo` is set, unless you name a file of your own by CTSF_CONFIG. */
export default {
  orders: 'custom-object',
  quotes: 'opportunity',
  activity: 'task',
  rollUps: 'person',
  currency: { code: 'EUR' },
}
