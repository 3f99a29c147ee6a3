/** Hides secrets, by the names that they have in Codat's JSON. */
import * as Failure from "./Failure.ts"

const names = new Set(["linkUrl", "redirect", "apiKey", "accessToken", "secret", "integrationKeyValue"])

export const hidden = "<redacted>"

/** Whether an object is Codat's answer with a new key for Zapier. Other kinds have a `key` that is no secret. */
const isKey = (value: object): boolean => "key" in value && Object.keys(value).length === 1

/** How deeply a value may be nested. JSON that is some thousands of levels deep is read, but cannot be written again. */
const maxDepth = 500

/**
 * The same JSON with its secrets replaced, unless they are to be shown. Throws a `CommandError` for a value that is
 * nested too deeply to be written.
 */
export const shown = (value: unknown, reveal = false, depth = 0): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (depth > maxDepth) {
    throw new Failure.CommandError({
      message: `JSON that is nested more than ${maxDepth} levels deep cannot be shown`
    })
  }
  const inside = (inner: unknown) => shown(inner, reveal, depth + 1)
  if (Array.isArray(value)) return value.map(inside)
  const isSecret = isKey(value)
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      !reveal && (isSecret || names.has(name)) && typeof inner === "string" ? hidden : inside(inner)
    ])
  )
}
