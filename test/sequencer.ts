/** Long tests first: they wait much, and one that began last would keep a worker when all others are done. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** By folder, the slowest first; what is named by none comes last. */
const slow = [
  '/test/faults/matrix',
  '/test/faults/',
  '/test/properties/',
  '/test/flows/',
  '/test/contention/',
  '/src/cli/cli',
  '/src/app.',
]

const rank = ({ moduleId }: TestSpecification): number => {
  const at = slow.findIndex(part => moduleId.includes(part))
  return at === -1 ? slow.length : at
}

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
