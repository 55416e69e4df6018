/** What every codec owes, as properties: an answer to anything, nothing left to change in its own answer, the same value on the way back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Codec, CodecContext, Coded, FieldSchema, Value } from '../../model/mapping.ts'
import type { Json } from '../../model/resource.ts'

/** A record of which a codec sees these paths, and the field it fills. */
export const context = (
  paths: Readonly<Record<string, Json>> = {},
  field: FieldSchema | null = null,
): CodecContext => ({
  get: path => paths[path] ?? null,
  field,
})

export const value = (value: Value): Coded => ({ is: 'value', value })

const anyJson = (): fc.Arbitrary<Json> => fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })) as fc.Arbitrary<Json>

const blanksAround = (text: string): boolean => text === '' || text.trim() !== text

/**
 * Tests of the laws for one codec. `like` makes input of the kind the codec is for: pure noise would only meet the refusals.
 * `field` is the target, when the answer depends on it.
 */
export function keepsTheLaws(
  codec: Codec,
  options: {
    readonly like: fc.Arbitrary<Json>
    readonly paths?: Readonly<Record<string, Json>>
    readonly field?: FieldSchema
  },
): void {
  const input = fc.oneof({ weight: 1, arbitrary: anyJson() }, { weight: 3, arbitrary: options.like })
  const at = context(options.paths, options.field ?? null)
  /** Runs a law on every value that the codec yields. */
  const ofValues = (law: (stored: Value) => void) =>
    fc.assert(
      fc.property(input, raw => {
        const coded = codec.toCrm(raw, at)
        if (coded.is === 'value') law(coded.value)
      }),
      { numRuns: 500 },
    )

  test('answers anything, and never repeats what it refuses', () => {
    fc.assert(
      fc.property(input, raw => {
        const coded = codec.toCrm(raw, at)
        if (coded.is !== 'bad') return
        expect(coded.why).not.toBe('')
        if (typeof raw === 'string' && raw.trim().length > 5) expect(coded.why).not.toContain(raw.trim())
      }),
      { numRuns: 500 },
    )
  })

  test('yields what Salesforce stores: no blanks around it, never an empty text, nothing longer than the field', () => {
    ofValues(stored => {
      if (typeof stored !== 'string') return
      expect(blanksAround(stored)).toBe(false)
      expect(stored.isWellFormed()).toBe(true)
    })
  })

  test('has nothing left to change in its own result', () => {
    ofValues(stored => expect(codec.toCrm(stored, at)).toEqual(value(stored)))
  })

  const { toCommerce } = codec
  test.runIf(toCommerce)('comes back the same from the way back', () => {
    ofValues(stored => {
      if (toCommerce) expect(codec.toCrm(toCommerce(stored), at)).toEqual(value(stored))
    })
  })

  test('takes nothing for no value', () => {
    expect(codec.toCrm(null, context())).toEqual(value(null))
    expect(codec.toCrm('  ', context())).toEqual(value(null))
  })
}
