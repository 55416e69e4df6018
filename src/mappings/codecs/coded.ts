/** How a codec answers: the two results there are, made short, because every codec ends in one of them. */
import type { Coded, Value } from '../../model/mapping.ts'

export const value = (value: Value): Coded => ({ is: 'value', value })

/** `why` completes the sentence "the field … ", and never repeats the value: it may be somebody's personal data. */
export const bad = (why: string): Coded => ({ is: 'bad', why })
