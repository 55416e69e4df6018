/** What may exist once: keys and customer numbers in a project, emails among global customers and in each store. */
import type { Customer } from '../model/entities.ts'
import { duplicateField } from '../model/errors.ts'
import type { Project } from '../store/project.ts'

/**
 * A customer without stores is global, and its email is unique among the global ones; a customer of stores shares no
 * email with another one of the same store. The same email may thus belong to several customers of a project.
 */
export function checkEmailFree(project: Project, id: string, email: string, stores: Customer['stores']) {
  for (const other of project.customers.find('lowercaseEmail', email.toLowerCase())) {
    if (other.id === id) continue
    const bothGlobal = stores.length === 0 && other.stores.length === 0
    if (bothGlobal || stores.some(store => other.stores.some(theirs => theirs.key === store.key))) {
      throw duplicateField('email', email)
    }
  }
}

export function checkFree(project: Project, id: string, field: 'key' | 'customerNumber', value: string | undefined) {
  if (value === undefined) return
  if (project.customers.find(field, value).some(other => other.id !== id)) throw duplicateField(field, value)
}
