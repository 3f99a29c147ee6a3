/**
 * Detects a listing that never ends. A walk goes back to earlier pages when the listing changes, so a server whose pages
 * never end would otherwise use up the daily quota.
 */

/** How many pages in a row may show nothing new before the listing fails. */
const maxStalled = 10

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

/** Makes a function to call with each written page. It returns false when the listing should fail. */
export const make = (): ((page: Page) => boolean) => {
  let highestPage = 0
  let lowestTotal = Number.POSITIVE_INFINITY
  let previousIds = ""
  let stalled = 0
  let repeated = 0
  return ({ ids, length, next, number, total = Number.POSITIVE_INFINITY }) => {
    const content = JSON.stringify(ids)
    const isNew = number > highestPage && length > 0 && (ids.length === 0 || content !== previousIds)
    // A listing whose total reaches a new minimum will end. One whose total goes up and down may never end.
    if (isNew || total < lowestTotal) {
      stalled = 0
      repeated = 0
    } else stalled++
    highestPage = Math.max(highestPage, number)
    lowestTotal = Math.min(lowestTotal, total)
    previousIds = content
    // Pages that are read again are expected to show nothing new.
    if (next <= number) repeated += number - next
    return stalled <= maxStalled + repeated
  }
}
