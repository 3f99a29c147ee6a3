/**
 * Makes text from outside safe to print, and suggests a known name for a mistyped one.
 */

/**
 * Escapes control characters, line separators and the marks that change the direction of text, as `\u001b`. Without
 * this, text from the network could forge log lines or send escape sequences to a terminal.
 */
export const escapeControls = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** The known name that is most similar to `name`, when at most half of its characters differ. Case is ignored. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  // A longer name is not a typing mistake, and comparing it would take long.
  if (name.length > 64) return undefined
  let best: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest && edits <= candidate.length / 2) {
      best = candidate
      fewest = edits
    }
  }
  return best
}

/** The number of characters to insert, delete or replace to get from one text to the other (Levenshtein). */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (const letter of left) {
    let edits = Number.POSITIVE_INFINITY
    row = row.map((above, column) => {
      // There is none before the first column.
      const diagonal = row[column - 1] ?? edits
      edits = 1 + Math.min(above, edits, letter === right[column - 1] ? diagonal - 1 : diagonal)
      return edits
    })
  }
  return row.at(-1) ?? 0
}
