/** JSON from strangers: parsed unless it is none, or nested deeper than anything that is meant. */

/** A mebibyte of `[` is valid enough to make a recursive reader fall over: no delivery is nested like that. */
const deepest = 64

function tooDeep(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{' || char === '[') {
      if (++depth > deepest) return true
    } else if (char === '}' || char === ']') depth--
  }
  return false
}

/** Undefined for what is no JSON: the parser's own message would quote it. */
export function shallowJson(text: string): unknown {
  try {
    return tooDeep(text) ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
