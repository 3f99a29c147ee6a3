import * as Predicate from "effect/Predicate"
import * as Body from "./Body.ts"

/** What Codat's specification calls nullable, of each kind of thing, and how the kind is told. */
const kinds: ReadonlyArray<{
  readonly is: (value: object) => boolean
  readonly names: ReadonlyArray<string>
}> = [
  {
    is: (value) => "linkUrl" in value && "integrationId" in value,
    names: ["lastSync", "dataConnectionErrors", "connectionInfo"]
  },
  { is: (value) => "redirect" in value && "name" in value, names: ["description", "lastSync"] },
  { is: (value) => "erroredOnUtc" in value, names: ["status", "resolvedOnUtc"] }
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

/** A body of JSON with `null` where Codat writes one. */
export const fill = (body: string): string => {
  const value = Body.parse(body)
  return value === Body.malformed ? body : JSON.stringify(filled(value))
}

/** The same for a value. */
export const fillValue = filled
