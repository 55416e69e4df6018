/** Listens to workers' streams of passes, and says how many records a second went while all that may be under way was. */

/** One call's worth of records: a pass of the service, or a call of the bare loop. */
export type Ended = { readonly endedAt: number; readonly written: number }

type Report = { readonly at: string; readonly created: number; readonly updated: number }

export type Listening = { readonly passes: readonly Ended[]; stop(): void }

export async function listenTo(url: string): Promise<Listening> {
  const stop = new AbortController()
  const passes: Ended[] = []
  const answer = await fetch(`${url}/api/v1/events`, { signal: stop.signal })
  const read = async (): Promise<void> => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        if (!line.startsWith('data: ')) continue
        const { at, created, updated } = JSON.parse(line.slice(6)) as Report
        passes.push({ endedAt: Date.parse(at), written: created + updated })
      }
    }
  }
  read().catch(() => undefined)
  return { passes, stop: () => stop.abort() }
}

/**
 * Records a second from the end of the `inFlight`th to the end of the `inFlight`th from the last: before that not all
 * that may be under way is, and after it there is nothing left to begin.
 */
export function steady(some: readonly Ended[], inFlight: number): number {
  const ends = some.toSorted((a, b) => a.endedAt - b.endedAt)
  const first = ends[inFlight - 1]
  const last = ends[ends.length - 1 - inFlight]
  if (first === undefined || last === undefined || last.endedAt <= first.endedAt)
    throw new Error(`${ends.length} calls are too few to tell a pace with ${inFlight} in flight`)
  const written = ends.slice(inFlight, ends.length - inFlight).reduce((sum, one) => sum + one.written, 0)
  return (written * 1000) / (last.endedAt - first.endedAt)
}
