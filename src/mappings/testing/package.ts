/** The SFDX package as data, read from the files that an admin deploys: there is no second list of our fields to go stale. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folderOf = (directory: string): string =>
  fileURLToPath(new URL(`../../../salesforce/${directory}/main/default/`, import.meta.url))

export type PackageField = {
  readonly object: string
  readonly name: string
  readonly type: string
  readonly length: number
  readonly externalId: boolean
  readonly unique: boolean
  readonly caseSensitive: boolean
  readonly description: string
  readonly help: string
}

/** The text of the first element of this name; empty when there is none. Enough for files that we write ourselves. */
const element = (xml: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]?.trim() ?? ''

const elements = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(found => found[1] ?? '')

function fieldsOf(directory: string, object: string): readonly PackageField[] {
  const folder = `${folderOf(directory)}objects/${object}/fields/`
  return readdirSync(folder).map(file => {
    const xml = readFileSync(folder + file, 'utf8')
    const name = element(xml, 'fullName')
    if (file !== `${name}.field-meta.xml`)
      throw new Error(`${object}/${file} is named otherwise than its field ${name}`)
    return {
      object,
      name,
      type: element(xml, 'type'),
      length: Number(element(xml, 'length') || 0),
      externalId: element(xml, 'externalId') === 'true',
      unique: element(xml, 'unique') === 'true',
      caseSensitive: element(xml, 'caseSensitive') === 'true',
      description: element(xml, 'description'),
      help: element(xml, 'inlineHelpText'),
    }
  })
}

export const packageFields = (directory = 'core'): readonly PackageField[] =>
  readdirSync(`${folderOf(directory)}objects`).flatMap(object => fieldsOf(directory, object))

/** What the integration user may do: field names as `Object.Field`, rights as the words of the file. */
export function permissionSet(name: string, directory = 'core') {
  const xml = readFileSync(`${folderOf(directory)}permissionsets/${name}.permissionset-meta.xml`, 'utf8')
  return {
    fields: elements(xml, 'fieldPermissions')
      .filter(one => element(one, 'editable') === 'true' && element(one, 'readable') === 'true')
      .map(one => element(one, 'field')),
    objects: elements(xml, 'objectPermissions').map(one => ({
      object: element(one, 'object'),
      rights: [...one.matchAll(/<(\w+)>true<\/\1>/g)].map(found => found[1] ?? '').sort(),
    })),
    user: elements(xml, 'userPermissions').map(one => element(one, 'name')),
    custom: elements(xml, 'customPermissions').map(one => element(one, 'name')),
    recordTypes: elements(xml, 'recordTypeVisibilities')
      .filter(one => element(one, 'visible') === 'true')
      .map(one => element(one, 'recordType')),
  }
}
