/** Several texts as one that a field can hold: none of them cut. */
import type { FieldSchema } from '../../model/mapping.ts'

/** As many as fit, and how many more there are. */
export function fitting(texts: readonly string[], between: string, field: FieldSchema | null): string {
  const most = field !== null && field.length > 0 ? field.length : Number.POSITIVE_INFINITY
  const whole = texts.join(between)
  if (whole.length <= most) return whole
  const kept: string[] = []
  let length = 0
  for (const text of texts) {
    const rest = `… ${texts.length - kept.length - 1} more`
    if (length + text.length + between.length + rest.length > most) break
    kept.push(text)
    length += text.length + between.length
  }
  return [...kept, `… ${texts.length - kept.length} more`].join(between).slice(0, most)
}
