/** The error answers of the API, one maker for each code, worded as commercetools words them. */

export type ErrorDetail = { code: string; message: string; [name: string]: unknown }

export class ApiError extends Error {
  readonly statusCode: number
  readonly errors: ErrorDetail[]
  readonly extra: Record<string, unknown>

  constructor(statusCode: number, errors: ErrorDetail[], extra: Record<string, unknown> = {}) {
    super(errors[0]?.message ?? 'Error')
    this.statusCode = statusCode
    this.errors = errors
    this.extra = extra
  }

  body(): Record<string, unknown> {
    return { statusCode: this.statusCode, message: this.message, errors: this.errors, ...this.extra }
  }
}

const invalid = (code: string, message: string, rest: Record<string, unknown> = {}) =>
  new ApiError(400, [{ code, message, ...rest }])

export const malformedJson = (detailedErrorMessage: string) =>
  invalid('InvalidJsonInput', 'Request body does not contain valid JSON.', { detailedErrorMessage })

export const invalidInput = (message: string) => invalid('InvalidInput', message)

export const malformedParameter = (name: string, why: string) => invalidInput(`Malformed parameter: ${name}: ${why}`)

export const invalidOperation = (message: string) => invalid('InvalidOperation', message)

export const invalidField = (field: string, invalidValue: unknown, allowedValues?: unknown[]) =>
  invalid('InvalidField', `The value '${JSON.stringify(invalidValue)}' is not valid for field '${field}'.`, {
    field,
    invalidValue,
    ...(allowedValues ? { allowedValues } : {}),
  })

export const requiredField = (field: string) =>
  invalid('RequiredField', `A value is required for field '${field}'.`, { field })

export const duplicateField = (field: string, duplicateValue: string) =>
  invalid('DuplicateField', `A duplicate value '${JSON.stringify(duplicateValue)}' exists for field '${field}'.`, {
    field,
    duplicateValue,
  })

export const referenceNotFound = (typeId: string, by: { id?: string | undefined; key?: string | undefined }) => {
  const how = by.id === undefined ? `key '${by.key}'` : `identifier '${by.id}'`
  return invalid(
    'ReferencedResourceNotFound',
    `The referenced object of type '${typeId}' with ${how} was not found. It either doesn't exist, or it can't be accessed from this endpoint (e.g., if the endpoint filters by store or customer account).`,
    { typeId, ...(by.id === undefined ? { key: by.key } : { id: by.id }) },
  )
}

export const referenceExists = (what: string, referencedBy: string) =>
  invalid('ReferenceExists', `Can not delete a ${what} while it is referenced from at least one ${referencedBy}.`, {
    referencedBy,
  })

export const notFound = (message: string) => new ApiError(404, [{ code: 'ResourceNotFound', message }])

export const concurrentModification = (id: string, expected: number, currentVersion: number) =>
  new ApiError(409, [
    {
      code: 'ConcurrentModification',
      message: `Object ${id} has a different version than expected. Expected: ${expected} - Actual: ${currentVersion}.`,
      currentVersion,
    },
  ])

export const tooManyResources = (exceededResource: string, max: number) =>
  invalid('MaxResourceLimitExceeded', `You have exceeded the limit of ${max} ${exceededResource}s per project.`, {
    exceededResource,
  })

export const missingRoleOnChannel = (channel: { id: string; key: string }, missingRole: string) =>
  invalid(
    'MissingRoleOnChannel',
    `Given channel with key '${channel.key}' does not have the required role ${missingRole}.`,
    {
      channel: { typeId: 'channel', id: channel.id },
      missingRole,
    },
  )

export const projectNotConfiguredForLanguages = (languages: string[]) =>
  invalid('ProjectNotConfiguredForLanguages', 'The project is not configured for given languages.', { languages })

export const languageUsedInStores = () =>
  invalid(
    'LanguageUsedInStores',
    'Language(s) in use by a store cannot be deleted. Remove them in all the stores of this project first.',
  )

/** Errors of the token endpoint and of tokens carry OAuth's own `error` beside the usual body. */
export const authError = (statusCode: number, code: string, message: string) =>
  new ApiError(statusCode, [{ code, message }], { error: code, error_description: message })
