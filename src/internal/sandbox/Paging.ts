/**
 * Pages of a list, as Codat makes them.
 */
import * as Result from "effect/Result"
import * as Query from "./Query.ts"
import * as Reply from "./Reply.ts"

const defaultPageSize = 100
const maxPageSize = 5000

const whole = (text: string | null, otherwise: number, max: number): number | undefined => {
  if (text === null) return otherwise
  if (!/^\d{1,15}$/.test(text)) return undefined
  const number = Number(text)
  return number >= 1 && number <= max ? number : undefined
}

const outOfRange = (name: string, message: string): Reply.Problem =>
  Reply.badRequest("not valid.", [{ itemId: name, message, validatorName: "PagingValidator" }])

/**
 * One page of a list, by the `page`, `pageSize`, `query` and `orderBy` of the search parameters. Without `query` and
 * `orderBy` a page is one slice of the list.
 */
export const page = <A>(options: {
  readonly items: ReadonlyArray<A>
  readonly fields: Query.Fields<A>
  readonly path: string
  readonly search: URLSearchParams
  readonly json: (item: A) => string
  /**
   * Whether the page links to its neighbours.
   *
   * @default true
   */
  readonly links?: boolean | undefined
  /** A filter beside `query`, and the name of its parameter. */
  readonly also?:
    | { readonly name: string; readonly test: Result.Result<(item: A) => boolean, string> }
    | undefined
}): Reply.Reply => {
  const { search } = options
  const page = whole(search.get("page"), 1, Number.MAX_SAFE_INTEGER)
  if (page === undefined) return outOfRange("page", "page must be a whole number, 1 or more.")
  const pageSize = whole(search.get("pageSize"), defaultPageSize, maxPageSize)
  if (pageSize === undefined) {
    return outOfRange("pageSize", `pageSize must be a whole number from 1 to ${maxPageSize}.`)
  }

  let items = options.items
  const query = search.get("query")
  if (query !== null && query !== "") {
    const test = Query.parse(query, options.fields)
    if (Result.isFailure(test)) return Reply.badQuery(test.failure)
    items = items.filter(test.success)
  }
  if (options.also !== undefined) {
    if (Result.isFailure(options.also.test)) return Reply.badQuery(options.also.test.failure)
    items = items.filter(options.also.test.success)
  }
  const orderBy = search.get("orderBy")
  if (orderBy !== null && orderBy !== "") {
    const order = Query.order(orderBy, options.fields)
    if (Result.isFailure(order)) return Reply.badQuery(order.failure)
    items = order.success(items)
  }

  const start = (page - 1) * pageSize
  const kept = ["query", "orderBy", options.also?.name]
    .flatMap((name) => {
      const value = name === undefined ? null : search.get(name)
      return value === null ? [] : [`&${name}=${encodeURIComponent(value.toWellFormed())}`]
    })
    .join("")
  const link = (number: number) => ({ href: `${options.path}?page=${number}&pageSize=${pageSize}${kept}` })
  const links = {
    self: { href: options.path },
    current: link(page),
    ...(start + pageSize < items.length ? { next: link(page + 1) } : undefined),
    ...(page > 1 ? { previous: link(page - 1) } : undefined)
  }
  const results = items.slice(start, start + pageSize).map(options.json)
  return Reply.json(
    `{"results":[${results.join(",")}],"pageNumber":${page},"pageSize":${pageSize},` +
      `"totalResults":${items.length}${options.links === false ? "" : `,"_links":${JSON.stringify(links)}`}}`
  )
}
