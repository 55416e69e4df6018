/** A decision as it comes in: what was chosen, and who chose. */
import type { FastifyRequest } from 'fastify'
import type { Choice } from '../../model/plan.ts'
import type { Side } from '../../model/resource.ts'
import { requireApiToken } from '../guard.ts'
import { HttpProblem } from '../problem.ts'
import type { Served } from '../served.ts'
import { name } from './listed.ts'
import { longId } from './resolve.ts'

/** What a choice looks like from outside: `crm` is named without its side. */
export type AskedChoice = {
  readonly do: Choice['do']
  readonly crm?: { readonly type: string; readonly id: string }
  readonly side?: Side
}

export const choiceProperties = {
  do: { enum: ['link', 'share', 'create', 'ignore', 'take', 'wait'] },
  crm: {
    type: 'object',
    required: ['type', 'id'],
    additionalProperties: false,
    properties: { type: name, id: { type: 'string', pattern: '^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$' } },
  },
  side: { enum: ['commerce', 'crm'] },
} as const

export function choiceOf(asked: AskedChoice): Choice {
  if (asked.do === 'link' && asked.crm)
    return { do: 'link', crm: { side: 'crm', type: asked.crm.type, id: longId(asked.crm.id) } }
  if (asked.do === 'take' && asked.side) return { do: 'take', side: asked.side }
  if (asked.do === 'share') return { do: 'share', crm: null }
  if (asked.do === 'create' || asked.do === 'ignore' || asked.do === 'wait') return { do: asked.do }
  throw new HttpProblem(
    400,
    'bad-request',
    `The choice '${asked.do}' lacks what it is about.`,
    'link needs crm: { type, id }; take needs side: commerce or crm.',
  )
}

/** Where a token names the caller, nothing else does. A decision of nobody is none. */
export function whoever(request: FastifyRequest, access: Served['access'], by: string | undefined): string {
  const holder = requireApiToken(request, access)
  if (access.apiTokens.length > 0) return holder
  if (by !== undefined) return by
  throw new HttpProblem(400, 'who', 'Nobody is named who decides.', 'Say it in `by`, or set CTSF_API_TOKENS.')
}
