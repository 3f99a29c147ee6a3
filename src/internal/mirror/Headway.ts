/**
 * Whether a walk makes progress. It goes back when the list changes while it is read, and a server whose pages never end
 * would make it use all of the day's quota.
 */

/** Pages in a row that show nothing new, after which a listing is given up. */
const maxBarren = 10

/** A page that has been written. */
export interface Page {
  readonly number: number
  /** The page that is read after it. */
  readonly next: number
  /** Rows that Codat sent. */
  readonly length: number
  /** The ids of the rows that have one. */
  readonly ids: ReadonlyArray<string>
  readonly total: number | undefined
}

/** Makes a function to call with each written page. It returns whether to read on. */
export const make = (): ((page: Page) => boolean) => {
  let furthest = 0
  let least = Number.POSITIVE_INFINITY
  let last = ""
  let barren = 0
  let goneBack = 0
  return ({ ids, length, next, number, total = Number.POSITIVE_INFINITY }) => {
    const content = JSON.stringify(ids)
    const isNew = number > furthest && length > 0 && (ids.length === 0 || content !== last)
    // A list that is shorter than ever before will end; one whose total goes up and down may never end.
    if (isNew || total < least) {
      barren = 0
      goneBack = 0
    } else barren++
    furthest = Math.max(furthest, number)
    least = Math.min(least, total)
    last = content
    // Pages that are read again have no new rows.
    if (next <= number) goneBack += number - next
    return barren <= maxBarren + goneBack
  }
}
