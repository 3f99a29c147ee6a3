/**
 * Finds unknown names, and suggests the nearest known name.
 */

/** How many edits two words differ by: a letter added, removed, replaced, or swapped with the next. */
const distance = (a: string, b: string): number => {
  let before: Array<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      }
      row.push(least)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  const scored = known
    .map((other) => ({ other, by: distance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.by - b.by)
  const [best] = scored
  return best !== undefined && best.by <= Math.max(1, Math.floor(name.length / 3)) ? best.other : undefined
}

/** The end of a message about a name that is not known: the nearest name, or else all names. */
export const meant = (name: string, known: ReadonlyArray<string>): string => {
  const near = nearest(name, known)
  return near === undefined ? `; there are ${known.join(", ")}` : `: did you mean ${near}?`
}

/** The message for the first unknown property, or undefined when all are known. One that is undefined is not given. */
export const unknown = (value: object, known: ReadonlyArray<string>): string | undefined => {
  const found = Object.entries(value).find(([name, value]) => value !== undefined && !known.includes(name))
  return found === undefined ? undefined : `${found[0]} is not an option${meant(found[0], known)}`
}
