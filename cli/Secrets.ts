/** Hides secrets, by the names that they have in Codat's JSON. */
import * as Effect from "effect/Effect"
import * as Failure from "./Failure.ts"

const names = new Set(["linkUrl", "redirect", "apiKey", "accessToken", "secret", "integrationKeyValue"])

export const hidden = "<redacted>"

/** Whether an object is Codat's response with a new key for Zapier. Other kinds have a `key` that is no secret. */
const isKey = (value: object): boolean => "key" in value && Object.keys(value).length === 1

/** How deeply a value may be nested. JSON that is some thousands of levels deep is read, but cannot be written again. */
const maxDepth = 500

const isTooDeep = (value: unknown, depth = 0): boolean =>
  typeof value === "object" &&
  value !== null &&
  (depth > maxDepth || Object.values(value).some((inner) => isTooDeep(inner, depth + 1)))

/** Fails for JSON that is nested too deeply to be written. */
export const check = (json: unknown): Effect.Effect<void, Failure.CommandError> =>
  Effect.suspend(() =>
    isTooDeep(json)
      ? Effect.fail(
          new Failure.CommandError({
            message: `JSON that is nested more than ${maxDepth} levels deep cannot be shown`
          })
        )
      : Effect.void
  )

const hide = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(hide)
  const isSecret = isKey(value)
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      (isSecret || names.has(name)) && typeof inner === "string" ? hidden : hide(inner)
    ])
  )
}

/** The same JSON, its secrets replaced unless they are to be shown. Fails when it is nested too deeply to be written. */
export const shown = <A>(json: A, reveal = false): Effect.Effect<A, Failure.CommandError> =>
  // A cast: a text is replaced by a text, and all else stays what it is.
  Effect.map(check(json), () => (reveal ? json : (hide(json) as A)))
