/** Listens to a worker's stream of passes and says how many records it wrote in a second. */

export type Pass = { readonly beganAt: number; readonly endedAt: number; readonly written: number }

type Report = { readonly at: string; readonly durationMs: number; readonly created: number; readonly updated: number }

export type Listening = { readonly passes: readonly Pass[]; stop(): void }

export async function listenTo(url: string): Promise<Listening> {
  const stop = new AbortController()
  const passes: Pass[] = []
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
        const { at, durationMs, created, updated } = JSON.parse(line.slice(6)) as Report
        const endedAt = Date.parse(at)
        passes.push({ beganAt: endedAt - durationMs, endedAt, written: created + updated })
      }
    }
  }
  read().catch(() => undefined)
  return { passes, stop: () => stop.abort() }
}

/** Records a second over the passes that lie within this time, from the first one's beginning to the last one's end. */
export function paceOf(passes: readonly Pass[], from: number, to: number): { perSecond: number; passes: number } {
  const within = passes.filter(({ beganAt, endedAt }) => beganAt >= from && endedAt <= to)
  const began = Math.min(...within.map(({ beganAt }) => beganAt))
  const ended = Math.max(...within.map(({ endedAt }) => endedAt))
  const written = within.reduce((sum, pass) => sum + pass.written, 0)
  return { perSecond: within.length === 0 ? 0 : (written * 1000) / (ended - began), passes: within.length }
}
