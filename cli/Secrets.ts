/** Hides secrets, by the names that they have in Codat's JSON. */

const names = new Set(["linkUrl", "redirect", "apiKey", "accessToken", "secret", "integrationKeyValue"])

export const hidden = "<redacted>"

/** The same JSON with its secrets replaced. */
export const hide = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(hide)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      names.has(name) && typeof inner === "string" ? hidden : hide(inner)
    ])
  )
}
