/** Pages of the inspector for every kind of resource but customers: what there is, and one of them with its story. */
import type { Resource } from '../model/entities.ts'
import { isObject } from '../model/json.ts'
import { KINDS } from '../resources/registry.ts'
import { wire } from '../resources/wire.ts'
import type { Project } from '../store/project.ts'
import { type Html, html } from './html.ts'

const SHOWN = 50

const link = (project: Project, resource: string, id?: string) =>
  `/?project=${encodeURIComponent(project.key)}&resource=${encodeURIComponent(resource)}${id === undefined ? '' : `&id=${encodeURIComponent(id)}`}`

const others = () => Object.entries(KINDS).filter(([name]) => name !== 'customers')

/** Links to all kinds of which there is something. */
export function kinds(project: Project): Html {
  const filled = others().filter(([, kind]) => kind.table(project).size() > 0)
  return html`<p>${filled.map(([name, kind]) => html`<a href="${link(project, name)}">${kind.table(project).size()} ${name}</a> `)}</p>`
}

/** Null when there is no such kind, or nothing with that id. */
export function other(
  project: Project,
  resource: string,
  id: string | undefined,
  story: (id: string) => Html,
): Html | null {
  const kind = others().find(([name]) => name === resource)?.[1]
  if (!kind) return null
  const rows = kind.table(project)
  const back = html`<p><a href="/?project=${encodeURIComponent(project.key)}">All of ${project.key}</a></p>`
  if (id === undefined) {
    const newest = rows.byTime.backwards().take(SHOWN).toArray()
    return html`${back}
      <h1>${resource} of ${project.key}</h1>
      <table>
        <caption>The ${newest.length} changed last, of ${rows.size()}</caption>
        <thead><tr><th scope="col">Which</th><th scope="col">State</th><th scope="col">Version</th><th scope="col">Changed</th></tr></thead>
        <tbody>${newest.map(
          row => html`<tr><td><a href="${link(project, resource, row.id)}"><bdi>${nameOf(row)}</bdi></a></td>
            <td>${stateOf(row)}</td><td>${row.version}</td><td>${row.lastModifiedAt}</td></tr>`,
        )}</tbody>
      </table>`
  }
  const row = rows.get(id)
  if (!row) return null
  return html`${back}
    <p><a href="${link(project, resource)}">All ${resource}</a></p>
    <h1><bdi>${nameOf(row)}</bdi></h1>
    ${story(row.id)}
    <h2>As the API shows it</h2>
    <pre tabindex="0">${JSON.stringify(wire(row), null, 2)}</pre>`
}

const NAMES = ['orderNumber', 'name', 'key', 'customerEmail']
const STATES = ['orderState', 'cartState', 'status', 'type']

/** What people call it: a number, a name, a key, or an id when there is nothing better. */
function nameOf(row: Resource): string {
  const fields = wire(row)
  for (const name of NAMES) {
    const value = fields[name]
    if (typeof value === 'string') return value
    const [first] = isObject(value) ? Object.values(value) : []
    if (typeof first === 'string') return first
  }
  return row.id
}

function stateOf(row: Resource): string {
  const fields = wire(row)
  return STATES.flatMap(name => (typeof fields[name] === 'string' ? [fields[name]] : [])).join(', ')
}
