/**
 * Sends null for properties without a value, as Codat does, where the option `nulls` asks for it.
 */
import * as Predicate from "effect/Predicate"
import * as Body from "./Body.ts"

/** The nullable properties in Codat's specification for each kind of object, and how to recognise the kind. */
const kinds: ReadonlyArray<{
  readonly is: (value: object) => boolean
  readonly names: ReadonlyArray<string>
}> = [
  {
    is: (value) => "linkUrl" in value && "integrationId" in value,
    names: ["lastSync", "dataConnectionErrors", "connectionInfo"]
  },
  {
    is: (value) => "redirect" in value && "name" in value,
    names: ["description", "lastSync", "createdByUserName", "referenceParentCompany"]
  },
  { is: (value) => "erroredOnUtc" in value, names: ["status", "resolvedOnUtc"] },
  { is: (value) => "correlationId" in value && "statusCode" in value, names: ["validation"] },
  {
    is: (value) => "requested" in value && "isErrored" in value,
    names: ["statusDescription", "errorMessage"]
  },
  {
    is: (value) => "pushOperationKey" in value,
    names: ["changes", "timeoutInMinutes", "timeoutInSeconds", "errorMessage"]
  },
  { is: (value) => "recordRef" in value, names: ["attachmentId"] },
  // A choice of an option has a `value`.
  {
    is: (value) => "displayName" in value && "required" in value && !("value" in value),
    names: ["properties", "options"]
  },
  { is: (value) => "field" in value && "details" in value, names: ["ref"] },
  { is: (value) => "apiKey" in value && "createdDate" in value, names: ["name"] },
  { is: (value) => "eventTypes" in value && "disabled" in value, names: ["companyTags"] },
  { is: (value) => "keyBy" in value, names: ["sourceModifiedDate"] },
  { is: (value) => "productId" in value && "productName" in value, names: ["description"] },
  { is: (value) => "referenceCompany" in value && "dataTypes" in value, names: ["modifiedFromDate"] }
]

const filled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(filled)
  if (!Predicate.isObject(value)) return value
  const out: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) out[name] = filled(inner)
  for (const { is, names } of kinds) {
    if (!is(value)) continue
    for (const name of names) out[name] ??= null
  }
  return out
}

/** Deeper than what the sandbox makes of bodies that it takes. Only a fault's own text can be nested more deeply. */
const maxDepth = 500

/** Adds `null` for missing nullable properties in a JSON body. What is nested more deeply stays as it is. */
export const fill = (body: string): string => {
  const value = Body.parse(body, maxDepth)
  return value === Body.malformed ? body : JSON.stringify(filled(value))
}

/** The same for a value. */
export const fillValue = filled
