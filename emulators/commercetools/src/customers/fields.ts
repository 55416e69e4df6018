/** Rules for single values of a customer: which texts are a key, an email, a date, a locale, a country. */
import { invalidField, malformedJson } from '../model/errors.ts'
import type { Project } from '../store/project.ts'

const KEY = /^[A-Za-z0-9_-]{2,256}$/
const EMAIL = /^[^\s@"<>()[\]\\,;:]+@[^\s@"<>()[\]\\,;:]+$/
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

export function checkKey(key: string | undefined, field = 'key'): string | undefined {
  if (key !== undefined && !KEY.test(key)) throw invalidField(field, key)
  return key
}

/** Kept as it is written; compared without case. */
export function checkEmail(email: string, field = 'email'): string {
  if (email.length > 320 || !EMAIL.test(email)) throw invalidField(field, email)
  return email
}

export function checkDate(value: string | undefined, field: string): string | undefined {
  if (value === undefined) return undefined
  const date = DATE.test(value) ? new Date(`${value}T00:00:00Z`) : null
  if (!date || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== value) {
    throw malformedJson(`${field}: Malformed local date '${value}', expected YYYY-MM-DD`)
  }
  return value
}

export function checkLocale(locale: string | undefined, project: Project): string | undefined {
  if (locale === undefined) return undefined
  const { languages } = project.settings
  if (!languages.includes(locale)) throw invalidField('locale', locale, languages)
  return locale
}

export function checkCountry(country: string): string {
  if (!/^[A-Z]{2}$/.test(country)) {
    throw malformedJson(`country: Malformed ISO 3166-1 alpha-2 country code '${country}'`)
  }
  return country
}

/** What is kept in a password's place: enough to see that there is one, nothing of what it was. */
export const PASSWORD_MARKER = '****'
