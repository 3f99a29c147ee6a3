/**
 * Whether the pages of a listing lead anywhere. A walk follows a list that changes, so it goes back at times; and a
 * server that never comes to an end would have all of the day's quota.
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
  /** Of those that have one. */
  readonly ids: ReadonlyArray<string>
  readonly total: number | undefined
}

/** Makes a function that is told of each page, and answers whether to go on. */
export const make = (): ((page: Page) => boolean) => {
  let furthest = 0
  let least = Number.POSITIVE_INFINITY
  let last = ""
  let barren = 0
  let goneBack = 0
  return ({ ids, length, next, number, total = Number.POSITIVE_INFINITY }) => {
    const content = JSON.stringify(ids)
    const isNew = number > furthest && length > 0 && (ids.length === 0 || content !== last)
    // A list that becomes shorter than it ever was comes to an end; one whose totals go up and down need not.
    if (isNew || total < least) {
      barren = 0
      goneBack = 0
    } else barren++
    furthest = Math.max(furthest, number)
    least = Math.min(least, total)
    last = content
    // What is read again shows nothing new of necessity.
    if (next <= number) goneBack += number - next
    return barren <= maxBarren + goneBack
  }
}
