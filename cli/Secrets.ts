/** Hides secrets, by the names that they have in Codat's JSON. */

const names = new Set(["linkUrl", "redirect", "apiKey", "accessToken", "secret", "integrationKeyValue"])

export const hidden = "<redacted>"

/** Whether an object is Codat's answer with a new key for Zapier. Other kinds have a `key` that is no secret. */
const isKey = (value: object): boolean => Object.keys(value).join() === "key"

/** The same JSON with its secrets replaced. */
export const hide = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(hide)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      (names.has(name) || isKey(value)) && typeof inner === "string" ? hidden : hide(inner)
    ])
  )
}
