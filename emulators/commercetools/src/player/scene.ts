/** One step as the player asks for it, and as a scenario sees it. */
import type { Act } from '../model/entities.ts'
import type { Random } from '../model/random.ts'
import type { Project } from '../store/project.ts'
import type { PlayState, World } from '../store/world.ts'
import type { Cast } from './people.ts'

export type Step = { world: World; project: Project; cast: Cast; state: PlayState; n: number; order: readonly string[] }

/** `turn` counts the steps of all scenarios, so that nothing is named twice. */
export type Scene = Step & { act: Act; dice: Random; turn: number }
