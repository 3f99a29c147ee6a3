/**
 * What the numbers and links of a page say of its list: the page size in use, the total, and whether there is another
 * page.
 */
import { Pagination } from "../../CodatError.ts"
import type { Page } from "../../Page.ts"

/** Codat's page size when a request names none. */
export const defaultPageSize = 100

/** What was asked for, and the page size that the server uses. */
export interface Sizes {
  readonly startPage: number
  readonly pageSize: number | undefined
  /**
   * Set when the first page holds fewer rows than the page size that it states: how many it holds, and the number of
   * the last page if the stated size were right.
   */
  clamped: { readonly size: number; readonly last: number } | undefined
}

/** A page, and all its rows undecoded, including those that cannot be decoded: paging counts these. */
export interface Fetched<A> {
  readonly page: Page<A>
  readonly rows: ReadonlyArray<unknown>
}

export const fault = (page: number, message: string) => new Pagination({ page, message })

/** What is wrong with a response that says that it is another page. Mocks answer with page 0, whichever is asked for. */
export const otherPage = ({ pageNumber }: Page<unknown>, number: number): string | undefined =>
  isCount(pageNumber) && pageNumber !== number
    ? `asked for page ${number}, but got page ${pageNumber}`
    : undefined

/** What is wrong with an empty page that is not past the end of the list. */
export const emptyPage = (page: number, total: number): string =>
  `page ${page} is empty, although the total is ${total}`

export const isWithoutLinks = ({ _links }: Page<unknown>): boolean =>
  (_links?.next ?? _links?.self ?? _links?.current ?? _links?.previous) === undefined

export const isCount = (value: number | undefined): value is number =>
  value !== undefined && Number.isSafeInteger(value) && value >= 1

export const totalOf = ({ totalResults }: Pick<Page<unknown>, "totalResults">): number | undefined =>
  totalResults !== undefined && Number.isSafeInteger(totalResults) && totalResults >= 0
    ? totalResults
    : undefined

/**
 * Whether there is another page. Links decide; where a page has none, or its next link has no page number, the total
 * does. Only the page number is read from a link.
 */
export const nextAfter = (
  { page, rows }: Fetched<unknown>,
  number: number,
  sizes: Sizes
): boolean | Pagination => {
  const links = page._links
  const total = totalOf(page)
  if (links?.next?.href !== undefined) {
    const linked = pageNumberOf(links.next.href)
    if (linked === number + 1) return true
    if (linked !== undefined) return fault(number, `page ${number} links to page ${linked} as the next one`)
  } else if (!isWithoutLinks(page)) {
    return false
  }
  if (total !== undefined) return number * sizeOf(page, sizes) < total
  return links?.next === undefined
    ? rows.length >= sizeOf(page, sizes)
    : fault(number, `page ${number} has a next link without a page number, and no total`)
}

/** The page size that the response states: Codat may use a smaller one than was asked for. */
export const sizeOf = (page: Page<unknown>, sizes: Sizes): number =>
  sizes.clamped?.size ?? (isCount(page.pageSize) ? page.pageSize : requestedSizeOf(sizes))

export const requestedSizeOf = ({ pageSize }: Sizes): number => pageSize ?? defaultPageSize

/** How many rows are on the pages before the first one that is read. */
export const rowsBefore = (sizes: Sizes): number => (sizes.startPage - 1) * requestedSizeOf(sizes)

/**
 * The real page size of a server without links that states a size which it does not use: by the stated size, the list
 * would end too early. When reading starts at a later page, that page may also be short because it is the last, so the
 * next page is asked for.
 */
export const clampOf = ({ page, rows }: Fetched<unknown>, number: number, sizes: Sizes): Sizes["clamped"] => {
  // It is asked for only while no other size is known.
  const stated = sizeOf(page, sizes)
  return isWithoutLinks(page) &&
    isCount(page.totalResults) &&
    rows.length > 0 &&
    rows.length < stated &&
    (number > 1 || rows.length < page.totalResults)
    ? { size: rows.length, last: Math.ceil(page.totalResults / stated) }
    : undefined
}

/** The page number in a link's query. Neither the name `page` nor the digits are ever percent-encoded. */
const pageNumberOf = (href: string): number | undefined => {
  const number = /^[^?#]*\?(?:[^#]*?&)?page=(\d{1,15})(?:[&#]|$)/.exec(href)?.[1]
  return number === undefined ? undefined : Number(number)
}
