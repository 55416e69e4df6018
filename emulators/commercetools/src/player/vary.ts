/** Makes one more person out of the people of the data files: another mixture, a fresh email, fresh numbers. */
import type { Json, JsonObject } from '../model/json.ts'
import { isObject } from '../model/json.ts'
import type { Random } from '../model/random.ts'

const NAMES = ['firstName', 'middleName', 'title', 'salutation'] as const

/** The first round plays everybody as written; later rounds combine two people and number what must be unique. */
export function person(drafts: readonly JsonObject[], n: number, dice: Random): JsonObject {
  const base = drafts[n % drafts.length] ?? {}
  const round = Math.floor(n / drafts.length)
  if (round === 0) return base
  const other = dice.pick(drafts)
  const made: JsonObject = { ...base }
  for (const name of NAMES) {
    const value = dice.chance(0.6) ? other[name] : base[name]
    if (value === undefined) delete made[name]
    else made[name] = value
  }
  made.email = freshEmail(String(base.email ?? 'someone@example.com'), n)
  for (const name of ['key', 'customerNumber', 'externalId'] as const) {
    if (typeof base[name] === 'string') made[name] = `${base[name].slice(0, 200)}-${n}`
  }
  if (Array.isArray(base.addresses)) made.addresses = base.addresses.map(each => varied(each, dice))
  return made
}

function freshEmail(email: string, n: number): string {
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at).replace(/\+.*/, '')
  return `${local}.${n}${email.slice(at)}`
}

function varied(address: Json, dice: Random): Json {
  if (!isObject(address)) return address
  const moved: JsonObject = { ...address }
  if (typeof moved.streetNumber === 'string') moved.streetNumber = String(1 + dice.int(180))
  for (const name of ['phone', 'mobile'] as const) {
    if (typeof moved[name] === 'string') moved[name] = redialled(moved[name], dice)
  }
  return moved
}

/** Changes the last digits only, so that the number keeps its country and its oddities. */
export function redialled(phone: string, dice: Random): string {
  const tail = phone.match(/^(.*?)(\d{2,4})(\D*)$/s)
  if (!tail) return phone
  const [, head = '', digits = '', rest = ''] = tail
  return head + [...digits].map(() => dice.int(10)).join('') + rest
}
