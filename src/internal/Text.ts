/**
 * Text from outside, made safe to print, and the name that somebody may have meant.
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

/** The known name that is nearest to another, when at most half of it differs. The case does not count. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  // Longer than this is no typing mistake, and would take long to compare.
  if (name.length > 64) return undefined
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase())
    if (far < least && far <= candidate.length / 2) {
      best = candidate
      least = far
    }
  }
  return best
}

/** The number of characters to insert, delete or replace to get from one text to the other (Levenshtein). */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[right.length] ?? 0
}
