/**
 * The ids of the rows that were given most recently, so that no row is given twice: at most 10,000, or those of two
 * pages when two pages have more.
 *
 * Every id of every page is looked up. A set of the ids takes as long for that as all other work for a page, because the
 * engine is slow to hash texts that were just parsed. A table of the hashes that are computed here is three times as fast.
 * The ids themselves are compared only when a hash is in the table already: an id repeats, or two ids have the same hash.
 * Their set is kept while page after page needs it, because making it takes as long as reading a hundred pages.
 */
import * as Predicate from "effect/Predicate"

const maxIds = 10_000

export interface Seen {
  /**
   * Remembers the ids of a page, and returns which of them are new, or undefined when all are. A row without an id is
   * always new.
   */
  readonly add: (ids: ReadonlyArray<unknown>) => ReadonlyArray<boolean> | undefined
  /** Whether the ids of the last `rows` rows that were given are all remembered. */
  readonly covers: (rows: number) => boolean
}

export const make = (): Seen => {
  const pages: Array<ReadonlyArray<unknown>> = []
  let remembered = 0
  let isComplete = true
  let hasIds = true
  /** Open-addressed; 0 is a free place. The hashes of forgotten ids stay in it until it is made anew. */
  let table = new Int32Array(1024)
  let used = 0
  /** The ids themselves, while page after page repeats one. */
  let known: Set<unknown> | undefined

  /** Adds the hashes of ids to the table, and returns whether one of them was in it before. */
  const addHashes = (ids: ReadonlyArray<unknown>): boolean => {
    const mask = table.length - 1
    let isKnown = false
    // More than twice as fast as `for…of` here.
    for (let index = 0; index < ids.length; index++) {
      const hash = hashOf(ids[index])
      let place = hash & mask
      while (table[place] !== 0 && table[place] !== hash) place = (place + 1) & mask
      if (table[place] === 0) used++
      else isKnown = true
      table[place] = hash
    }
    return isKnown
  }

  const makeRoom = (more: number): void => {
    let length = table.length
    while (length < 4 * (remembered + more)) length *= 2
    table = new Int32Array(length)
    used = 0
    pages.forEach(addHashes)
  }

  return {
    add: (ids) => {
      if (ids.includes(undefined)) hasIds = false
      if (2 * (used + ids.length) > table.length) makeRoom(ids.length)
      known = addHashes(ids) ? (known ?? new Set(pages.flat())) : undefined
      const isNew = ids.map((id) => id === undefined || !known?.has(id))
      const fresh = ids.filter((_, index) => isNew[index])
      pages.push(fresh)
      if (known) for (const id of fresh) known.add(id)
      remembered += fresh.length
      while (pages.length > 2 && remembered > maxIds) {
        const forgotten = pages.shift() ?? []
        if (known) for (const id of forgotten) known.delete(id)
        remembered -= forgotten.length
        isComplete = false
      }
      return fresh.length === ids.length ? undefined : isNew
    },
    covers: (rows) => hasIds && (isComplete || rows <= remembered)
  }
}

/** FNV-1a; 0 for what equals no other id: an object, or no id. */
const hashOf = (id: unknown): number => {
  if (id === undefined || Predicate.isObjectKeyword(id)) return 0
  const text = String(id)
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash | 0 || 1
}
