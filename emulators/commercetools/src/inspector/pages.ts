/** The inspector at `/`: who is there, what happened to one customer, and a form to change a name or a phone. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { updateCustomer } from '../customers/update.ts'
import type { Dispatcher } from '../deliveries/dispatcher.ts'
import type { Customer } from '../model/entities.ts'
import { ApiError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { many, type Query } from '../query/page.ts'
import { wire } from '../resources/wire.ts'
import type { Project } from '../store/project.ts'
import { requestAct, type World } from '../store/world.ts'
import { document, type Html, html } from './html.ts'
import { kinds, other } from './others.ts'

const SHOWN = 50
const BY = { clientId: 'inspector', isPlatformClient: false } as const
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export function inspector(app: FastifyInstance, world: World, deliveries: Dispatcher) {
  app.get<{ Querystring: Query }>('/', async (request, reply) => {
    const project = projectOf(request.query)
    const id = many(request.query.id)[0]
    const resource = many(request.query.resource)[0]
    if (project && resource !== undefined && resource !== 'customers') {
      const page = other(project, resource, id, story)
      if (page) return show(reply, `${resource} of ${project.key}`, page)
      return show(reply, 'Gone', html`<h1>Gone</h1><p>There is nothing here.</p>${id !== undefined && story(id)}`, 404)
    }
    const customer = id === undefined ? undefined : project?.customers.get(id)
    if (!project) return show(reply, 'No project', html`<h1>No such project</h1>`, 404)
    if (id === undefined) return show(reply, `Customers of ${project.key}`, overview(project))
    if (!customer) return show(reply, 'Gone', html`<h1>Gone</h1><p>There is no customer ${id}.</p>${story(id)}`, 404)
    return show(reply, customer.email, detail(project, customer, null))
  })

  app.post<{ Querystring: Query }>('/', async (request, reply) => {
    // A page of another site must not change anything here.
    const from = request.headers['sec-fetch-site']
    if (from !== undefined && from !== 'same-origin') return reply.status(403).send()
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    const project = projectOf({ project: form.get('project') ?? undefined })
    const customer = project?.customers.get(form.get('id') ?? '')
    if (!project || !customer) return show(reply, 'Gone', html`<h1>Gone</h1>`, 404)
    try {
      updateCustomer(world, project, customer, actionsOf(customer, form), requestAct(BY))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return show(reply, customer.email, detail(project, customer, error.message), 400)
    }
    return reply.redirect(link(project, customer.id), 303)
  })

  const projectOf = (query: Query): Project | undefined => {
    const key = many(query.project)[0]
    return key === undefined ? [...world.projects.values()][0] : world.projects.get(key)
  }

  function overview(project: Project): Html {
    const newest = project.customers.byTime.backwards().take(SHOWN).toArray()
    const { sent, acknowledged, refused, pending, deliverTo } = deliveries.counts()
    const others = [...world.projects.keys()].filter(key => key !== project.key)
    return html`
      <h1>Customers of ${project.key}</h1>
      <p>${project.customers.size()} customers, ${project.groups.size()} customer groups, ${project.subscriptions.size()} subscriptions.
      Deliveries ${deliverTo === null ? 'go nowhere' : html`to ${deliverTo}: ${sent} sent, ${acknowledged} acknowledged, ${refused} refused, ${pending} pending`}.</p>
      ${kinds(project)}
      ${others.length > 0 && html`<p>Other projects: ${others.map(key => html`<a href="/?project=${encodeURIComponent(key)}">${key}</a> `)}</p>`}
      <table>
        <caption>The ${newest.length} changed last</caption>
        <thead><tr><th scope="col">Email</th><th scope="col">Name</th><th scope="col">Company</th><th scope="col">Stores</th><th scope="col">Version</th><th scope="col">Changed</th></tr></thead>
        <tbody>${newest.map(
          each => html`<tr><td><a href="${link(project, each.id)}">${each.email}</a></td>
            <td><bdi>${nameOf(each)}</bdi></td><td><bdi>${each.companyName}</bdi></td><td>${each.stores.map(store => store.key).join(', ')}</td>
            <td>${each.version}</td><td>${each.lastModifiedAt}</td></tr>`,
        )}</tbody>
      </table>`
  }

  function detail(project: Project, customer: Customer, problem: string | null): Html {
    const phone = customer.addresses[0]?.phone
    return html`
      <p><a href="/?project=${encodeURIComponent(project.key)}">All customers of ${project.key}</a></p>
      <h1>${customer.email}</h1>
      ${problem !== null && html`<p class="note" role="alert">${problem}</p>`}
      <form method="post" action="/">
        <input type="hidden" name="project" value="${project.key}"><input type="hidden" name="id" value="${customer.id}">
        <label for="first">First name</label><input id="first" name="firstName" value="${customer.firstName}" dir="auto">
        <label for="last">Last name</label><input id="last" name="lastName" value="${customer.lastName}" dir="auto">
        ${customer.addresses.length > 0 && html`<label for="phone">Phone</label><input id="phone" name="phone" value="${phone}">`}
        <button>Change</button>
      </form>
      ${story(customer.id)}
      <h2>As the API shows it</h2>
      <pre tabindex="0">${JSON.stringify(wire(customer), null, 2)}</pre>`
  }

  /** What happened to a customer, also after it is gone. */
  function story(id: string): Html {
    const changes = world.changes
      .filter(each => each.id === id)
      .slice(-SHOWN)
      .reverse()
    const told = deliveries
      .told()
      .filter(each => each.resourceId === id)
      .slice(-SHOWN)
      .reverse()
    return html`
      <table>
        <caption>Versions</caption>
        <thead><tr><th scope="col">Version</th><th scope="col">At</th><th scope="col">What</th><th scope="col">By</th></tr></thead>
        <tbody>${changes.map(each => html`<tr><td>${each.version}</td><td>${each.at}</td><td>${each.what}</td><td>${each.by}</td></tr>`)}</tbody>
      </table>
      <table>
        <caption>Deliveries</caption>
        <thead><tr><th scope="col">Number</th><th scope="col">What</th><th scope="col">At</th><th scope="col">Answer</th><th scope="col">Attempt</th></tr></thead>
        <tbody>${told.map(
          each =>
            html`<tr><td>${each.id}</td><td>${each.what}</td><td>${each.at}</td><td>${each.status ?? 'none'}</td><td>${each.tries}</td></tr>`,
        )}</tbody>
      </table>
      ${changes.length + told.length === 0 && html`<p class="muted">Only what happened since the emulator started is shown.</p>`}`
  }
}

function actionsOf(customer: Customer, form: URLSearchParams): JsonObject[] {
  const actions: JsonObject[] = []
  for (const [field, action] of [
    ['firstName', 'setFirstName'],
    ['lastName', 'setLastName'],
  ] as const) {
    const value = form.get(field)
    if (value !== null) actions.push(value === '' ? { action } : { action, [field]: value })
  }
  const address = customer.addresses[0]
  const phone = form.get('phone')
  if (address && phone !== null) {
    const { id, custom: _, phone: _old, ...rest } = address
    actions.push({
      action: 'changeAddress',
      addressId: id,
      address: { ...rest, ...(phone === '' ? {} : { phone }) } as JsonObject,
    })
  }
  return actions
}

const nameOf = (customer: Customer) => [customer.title, customer.firstName, customer.lastName].filter(Boolean).join(' ')

const link = (project: Project, id: string) =>
  `/?project=${encodeURIComponent(project.key)}&id=${encodeURIComponent(id)}`

const show = (reply: FastifyReply, title: string, body: Html, status = 200) =>
  reply
    .status(status)
    .header('content-security-policy', POLICY)
    .type('text/html; charset=utf-8')
    .send(document(title, body))
