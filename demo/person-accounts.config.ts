/** For `ctsf demo` with people as person accounts; see docs/how-to/person-accounts.md. */
export default { people: 'person-account', orders: 'custom-object' }
