// Salesforce record ids: a key prefix, a pod, a base-62 counter, and three check characters that survive a
// case-insensitive world.

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const CHECK = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

/** The pod and reserved part that all ids of this org share. */
const POD = 'gL0'

/** The three check characters of a 15-character id: one bit for each capital, five to a character. */
export function checkCharacters(id15: string): string {
  let check = ''
  for (let group = 0; group < 15; group += 5) {
    let bits = 0
    for (let i = 0; i < 5; i++) {
      const code = id15.charCodeAt(group + i)
      if (code >= 65 && code <= 90) bits |= 1 << i
    }
    check += CHECK.charAt(bits)
  }
  return check
}

export function makeId(prefix: string, counter: number): string {
  let rest = counter
  let digits = ''
  while (rest > 0) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  const id15 = prefix + POD + digits.padStart(9, '0')
  return id15 + checkCharacters(id15)
}

/** The counter that an id of this org was made from, or 0 for an id made elsewhere. */
export function counterOf(id: string): number {
  if (id.slice(3, 6) !== POD) return 0
  let counter = 0
  for (const digit of id.slice(6, 15)) counter = counter * 62 + BASE62.indexOf(digit)
  return counter
}

/** The 18-character form of an id given in 15 or 18 characters; undefined for what is not an id. */
export function normaliseId(text: string): string | undefined {
  if (!/^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$/.test(text)) return undefined
  if (text.length === 15) return text + checkCharacters(text)
  return restoreCase(text)
}

/** An 18-character id whose case was lost is repaired from its check characters, as Salesforce does. */
function restoreCase(id18: string): string | undefined {
  const check = id18.slice(15)
  if (checkCharacters(id18.slice(0, 15)) === check) return id18
  let repaired = ''
  for (let group = 0; group < 3; group++) {
    const bits = CHECK.indexOf(check.charAt(group).toUpperCase())
    if (bits < 0) return undefined
    for (let i = 0; i < 5; i++) {
      const char = id18.charAt(group * 5 + i)
      repaired += bits & (1 << i) ? char.toUpperCase() : char.toLowerCase()
    }
  }
  return checkCharacters(repaired) === check.toUpperCase() ? repaired + check.toUpperCase() : undefined
}
