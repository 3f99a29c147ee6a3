/**
 * Texts in Codat's query language, put together.
 */

/** Whether every brace is closed, and none that was never opened: what may stand inside braces of our own. */
export const isBalanced = (query: string): boolean => {
  let depth = 0
  for (const character of query) {
    if (character === "{") depth++
    else if (character === "}" && --depth < 0) return false
  }
  return depth === 0
}

/** All of `terms`, and `query` whatever operators it has in it, since it stands in braces of its own. */
export const and = (query: string | undefined, terms: ReadonlyArray<string>): string | undefined => {
  if (terms.length === 0) return query
  const own = query === undefined || query.trim() === "" ? [] : [`{${query}}`]
  return [...own, ...terms].join(" && ")
}
