/** A value of a Salesforce field, as `sync.config.ts` may name it. */
import { z } from 'zod'

export const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
