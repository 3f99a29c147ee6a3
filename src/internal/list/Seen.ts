/**
 * The ids of the rows that were given last, so that none is given twice: 10,000 at most, unless two pages have more.
 *
 * Looking up every id takes as long as all else that is done for a page. As long as nothing hints at a change, only some
 * ids of each page are looked for: rows that come again come many at a time, or are the last of a page.
 */

const maxIds = 10_000

export interface Seen {
  /**
   * Remembers the ids of a page, and answers which are new, or with undefined when all are. A row without an id is
   * always new. When `isChanged`, every id is looked up from now on.
   */
  readonly add: (ids: ReadonlyArray<unknown>, isChanged: boolean) => ReadonlyArray<boolean> | undefined
  /** Whether every row of the last `rows` rows given is remembered. */
  readonly covers: (rows: number) => boolean
}

/** Whether an id is among those that are looked for: the last of a page, and every eighth. */
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
