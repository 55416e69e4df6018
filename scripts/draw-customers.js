/**
 * Draws customer drafts from the test data builders installed under the folder given first, as many as given second, and
 * prints them as JSON. The builders take chance from Math.random and time from Date: both are pinned before they load.
 */
import { createRequire } from 'node:module'

const [folder = '.', count = '0'] = process.argv.slice(2)

// mulberry32: 32 bits of state are plenty to fill in forms.
let state = 0x5eed
Math.random = () => {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

const moment = Date.UTC(2026, 0, 1)
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [moment] : given))
  }
  static now() {
    return moment
  }
}

const load = createRequire(`${folder}/package.json`)
const { CustomerDraft } = load('@commercetools/composable-commerce-test-data/customer')
const drafts = Array.from({ length: Number(count) }, () => CustomerDraft.random().buildRest())
process.stdout.write(JSON.stringify(drafts))
