/**
 * The ids of the rows that were given last, so that none is given twice: 10,000 at most, unless two pages have more.
 */

const maxIds = 10_000

export interface Seen {
  /** Of a page's ids, which are new; those are remembered. A row without an id is always new. */
  readonly add: (ids: ReadonlyArray<unknown>) => ReadonlyArray<boolean>
  /** Whether every row of the last `rows` rows given is remembered. */
  readonly covers: (rows: number) => boolean
}

export const make = (): Seen => {
  const known = new Set<unknown>()
  const pages: Array<ReadonlyArray<unknown>> = []
  let isComplete = true
  let hasIds = true

  const forgetOldest = (): void => {
    while (pages.length > 2 && known.size > maxIds) {
      for (const id of pages.shift() ?? []) known.delete(id)
      isComplete = false
    }
  }

  return {
    add: (ids) => {
      const added: Array<unknown> = []
      const isNew = ids.map((id) => {
        if (id === undefined) {
          hasIds = false
          return true
        }
        const size = known.size
        known.add(id)
        if (known.size === size) return false
        added.push(id)
        return true
      })
      if (added.length > 0) pages.push(added)
      forgetOldest()
      return isNew
    },
    covers: (rows) => hasIds && (isComplete || rows <= known.size)
  }
}
