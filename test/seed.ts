/** Properties try the same cases each time, so that a failure is a change's own; `CTSF_SEED` tries others. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.CTSF_SEED ?? 1) })
