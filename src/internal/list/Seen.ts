/**
 * The ids of the rows that were given most recently, so that no row is given twice: at most 10,000, or those of two
 * pages when two pages have more.
 *
 * Looking up every id takes as long as all other work for a page. Until something suggests that the list has changed,
 * only a sample of each page's ids is looked for: rows repeat many at a time, or they are the last of a page.
 */

const maxIds = 10_000

export interface Seen {
  /**
   * Remembers the ids of a page, and returns which of them are new, or undefined when all are. A row without an id is
   * always new. Once `isChanged` is true, every id is looked up from then on.
   */
  readonly add: (ids: ReadonlyArray<unknown>, isChanged: boolean) => ReadonlyArray<boolean> | undefined
  /** Whether the ids of the last `rows` rows that were given are all remembered. */
  readonly covers: (rows: number) => boolean
}

/** Whether an id is in the sample: the last three of a page, and every eighth. */
const isSample = (index: number, length: number): boolean => index % 8 === 0 || index >= length - 3

export const make = (): Seen => {
  const pages: Array<ReadonlyArray<unknown>> = []
  const samples = new Set<unknown>()
  let all: Set<unknown> | undefined
  let remembered = 0
  let isComplete = true
  let hasIds = true

  const remember = (ids: ReadonlyArray<unknown>): void => {
    pages.push(ids)
    remembered += ids.length
    while (pages.length > 2 && remembered > maxIds) {
      const oldest = pages.shift() ?? []
      remembered -= oldest.length
      isComplete = false
      const from = all ?? samples
      oldest.forEach((id, index) => {
        if (all !== undefined || isSample(index, oldest.length)) from.delete(id)
      })
    }
  }

  const addAll = (known: Set<unknown>, ids: ReadonlyArray<unknown>): ReadonlyArray<boolean> | undefined => {
    const isNew = ids.map((id) => id === undefined || !known.has(id))
    for (const id of ids) if (id !== undefined) known.add(id)
    const fresh = ids.filter((_, index) => isNew[index])
    remember(fresh)
    return fresh.length === ids.length ? undefined : isNew
  }

  return {
    add: (ids, isChanged) => {
      if (ids.includes(undefined)) hasIds = false
      if (all === undefined && !isChanged && !ids.some((id) => samples.has(id))) {
        for (let index = 0; index < ids.length; index++) {
          if (isSample(index, ids.length) && ids[index] !== undefined) samples.add(ids[index])
        }
        remember(ids)
        return undefined
      }
      all ??= new Set(pages.flat())
      return addAll(all, ids)
    },
    covers: (rows) => hasIds && (isComplete || rows <= remembered)
  }
}
