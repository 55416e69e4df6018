/** Salesforce's error codes: what the caller does next, and a sentence for a person. Source: API Guide, Core Data Types, StatusCode. */
import type { Failure } from '../../model/outcome.ts'

type Sentence = readonly [Failure['is'], string]

const lost: Sentence = ['stale', 'Another write was there first; the record is read and planned again']
const gone: Sentence = ['stale', 'The record is no longer there; it is looked up again']
const access: Sentence = ['denied', "The integration user's permissions do not allow this write"]
const picklist: Sentence = ['invalid', 'A value is not one of the active values of its picklist']
const rule: Sentence = ['invalid', 'A validation rule or trigger of the org refused the record']
const automation: Sentence = ['invalid', 'An automation of the org failed on the record']
const halted: Sentence = ['stale', 'Another part of the same write failed first; this one is tried again']
const unwell: Sentence = ['unavailable', 'Salesforce could not process the record just now']
const limited: Sentence = ['throttled', 'The allowance of API calls is used up']
const number: Sentence = ['invalid', 'A number does not fit its field']
const malformed: Sentence = ['invalid', 'A value is not of the type of its field']

export const sentences: Readonly<Record<string, Sentence>> = {
  UNABLE_TO_LOCK_ROW: ['stale', 'The record is locked by another write; it is tried again'],
  DUPLICATE_VALUE: ['invalid', 'Another record already has a value that must be unique'],
  DUPLICATE_EXTERNAL_ID: ['invalid', 'Several records carry the same external ID'],
  DUPLICATES_DETECTED: ['invalid', 'A duplicate rule of the org found records like this one'],
  ENTITY_IS_DELETED: gone,
  NOT_FOUND: gone,
  INVALID_CROSS_REFERENCE_KEY: ['stale', 'The record, or one it refers to, is not there; it is looked up again'],
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: access,
  PRECONDITION_FAILED: ['stale', 'The record was edited meanwhile; it is read and planned again'],
  PARENT_NOT_FOUND: ['stale', 'The record it belongs to is not in Salesforce yet'],
  PROCESSING_HALTED: halted,
  ALL_OR_NONE_OPERATION_ROLLED_BACK: halted,
  TRANSACTION_HALTED: halted,
  LOST_RACE: lost,
  OWNER_NOT_FOUND: ['invalid', 'The owner that sync.config names is no active user or queue of this org'],
  WRONG_KIND_OF_ACCOUNT: ['invalid', 'The Account is not of the kind (person or business) that has these fields'],
  FIELD_CUSTOM_VALIDATION_EXCEPTION: rule,
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: automation,
  CANNOT_EXECUTE_FLOW_TRIGGER: automation,
  APEX_ERROR: automation,
  STRING_TOO_LONG: ['invalid', 'A text is longer than its field'],
  INVALID_EMAIL_ADDRESS: ['invalid', 'An email address is not one that Salesforce accepts'],
  REQUIRED_FIELD_MISSING: ['invalid', 'A required field has no value'],
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: picklist,
  BAD_VALUE_FOR_RESTRICTED_PICKLIST: picklist,
  INVALID_MULTIPICKLIST: picklist,
  FIELD_INTEGRITY_EXCEPTION: ['invalid', 'A value does not go together with the rest of the record'],
  INVALID_FIELD: ['invalid', 'A field is not there, or not for the integration user'],
  INVALID_FIELD_FOR_INSERT_UPDATE: ['invalid', 'A field is read-only for the integration user'],
  INVALID_TYPE: ['invalid', 'The object is not there, or not for the integration user'],
  INVALID_TYPE_ON_FIELD_IN_RECORD: malformed,
  JSON_PARSER_ERROR: malformed,
  MALFORMED_ID: ['invalid', 'An id is malformed'],
  INVALID_ID_FIELD: ['invalid', 'An id is malformed'],
  INVALID_CURRENCY_ISO: ['invalid', 'The currency is not active in the org'],
  NUMBER_OUTSIDE_VALID_RANGE: number,
  NUMERIC_VALUE_OUT_OF_RANGE: number,
  INVALID_ARGUMENT_TYPE: malformed,
  MISSING_ARGUMENT: ['invalid', 'The key of the record is missing'],
  CIRCULAR_DEPENDENCY: ['invalid', 'The record would be its own parent'],
  DELETE_FAILED: ['invalid', 'Other records depend on this one, so it cannot be deleted'],
  DEPENDENCY_EXISTS: ['invalid', 'Other records depend on this one, so it cannot be deleted'],
  INVALID_STATUS: ['invalid', 'The status does not allow this change'],
  FAILED_ACTIVATION: ['invalid', 'The order cannot be activated'],
  CANNOT_UPDATE_CONVERTED_LEAD: ['invalid', 'The lead was converted and is read-only'],
  STORAGE_LIMIT_EXCEEDED: ['denied', "The org's data storage is full"],
  INSUFFICIENT_ACCESS: access,
  INSUFFICIENT_ACCESS_OR_READONLY: access,
  TRANSFER_REQUIRES_READ: access,
  OPERATION_NOT_ALLOWED: access,
  API_DISABLED_FOR_ORG: ['denied', 'The API is disabled for the org or the integration user'],
  INVALID_SESSION_ID: ['unavailable', 'The session ended during the call'],
  REQUEST_LIMIT_EXCEEDED: limited,
  TOO_MANY_REQUESTS: limited,
  SERVER_UNAVAILABLE: unwell,
  UNKNOWN_EXCEPTION: unwell,
  REQUEST_RUNNING_TOO_LONG: unwell,
  QUERY_TIMEOUT: unwell,
  TXN_SECURITY_METERING_ERROR: unwell,
}
