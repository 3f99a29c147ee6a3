/**
 * Codat's paged answer, the same around connections, companies and integrations.
 */
import * as Schema from "effect/Schema"
import * as Fast from "./Fast.ts"
import * as Nullish from "./Nullish.ts"

/** A link to a page. */
export interface Link {
  /** A URI reference, relative or absolute. It is data from the network: credentials never follow it. */
  readonly href?: string | undefined
}

/** The links between pages. */
export interface Links {
  readonly self?: Link | undefined
  readonly current?: Link | undefined
  /** Absent on the last page. */
  readonly next?: Link | undefined
  /** Absent on the first page. */
  readonly previous?: Link | undefined
}

/** One page of a list. */
export interface Page<A> {
  /** Empty where Codat sends null or nothing. */
  readonly results: ReadonlyArray<A>
  /** Counted from 1; 0 where the answer does not say. */
  readonly pageNumber: number
  /** How many results were asked for; 0 where the answer does not say. */
  readonly pageSize: number
  /** How many results there are on all pages, after the filter. */
  readonly totalResults?: number | undefined
  readonly _links?: Links | undefined
}

/** {@link Link} on the wire. */
export interface LinkEncoded {
  readonly href?: string | null | undefined
}

/** {@link Links} on the wire. */
export interface LinksEncoded {
  readonly self?: LinkEncoded | null | undefined
  readonly current?: LinkEncoded | null | undefined
  readonly next?: LinkEncoded | null | undefined
  readonly previous?: LinkEncoded | null | undefined
}

/** {@link Page} on the wire. */
export interface PageEncoded<E> {
  readonly results?: ReadonlyArray<E> | null | undefined
  readonly pageNumber?: number | null | undefined
  readonly pageSize?: number | null | undefined
  readonly totalResults?: number | null | undefined
  readonly _links?: LinksEncoded | null | undefined
}

const Link: Schema.Codec<Link, LinkEncoded> = Schema.Struct({ href: Nullish.optional(Schema.String) })

const Links: Schema.Codec<Links, LinksEncoded> = Schema.Struct({
  self: Nullish.optional(Link),
  current: Nullish.optional(Link),
  next: Nullish.optional(Link),
  previous: Nullish.optional(Link)
})

const fastLink = (input: unknown): Link | undefined | Fast.Declined => {
  if (input === undefined || input === null) return undefined
  if (!Fast.isObject<Link>(input)) return Fast.declined
  const href = Fast.optionalString(input.href)
  return href === Fast.declined ? href : href === undefined ? {} : { href }
}

const fastLinks = (input: unknown): Links | undefined | Fast.Declined => {
  if (input === undefined || input === null) return undefined
  if (!Fast.isObject<Links>(input)) return Fast.declined
  const self = fastLink(input.self)
  const current = fastLink(input.current)
  const next = fastLink(input.next)
  const previous = fastLink(input.previous)
  if (
    self === Fast.declined ||
    current === Fast.declined ||
    next === Fast.declined ||
    previous === Fast.declined
  ) {
    return Fast.declined
  }
  const out: Fast.Mutable<Links> = {}
  if (self !== undefined) out.self = self
  if (current !== undefined) out.current = current
  if (next !== undefined) out.next = next
  if (previous !== undefined) out.previous = previous
  return out
}

const fastPage =
  <A>(item: Fast.Decoder<A>): Fast.Decoder<Page<A>> =>
  (input) => {
    if (!Fast.isObject<Page<A>>(input)) return Fast.declined
    const results = Fast.optionalArray(input.results, item)
    const pageNumber = Fast.optionalFinite(input.pageNumber)
    const pageSize = Fast.optionalFinite(input.pageSize)
    const totalResults = Fast.optionalFinite(input.totalResults)
    const _links = fastLinks(input._links)
    if (
      results === Fast.declined ||
      pageNumber === Fast.declined ||
      pageSize === Fast.declined ||
      totalResults === Fast.declined ||
      _links === Fast.declined
    ) {
      return Fast.declined
    }
    const out: Fast.Mutable<Page<A>> = {
      results: results ?? [],
      pageNumber: pageNumber ?? 0,
      pageSize: pageSize ?? 0
    }
    if (totalResults !== undefined) out.totalResults = totalResults
    if (_links !== undefined) out._links = _links
    return out
  }

/**
 * The schema of a page of `item`, with a `Fast` decoder when `item` has one.
 */
export const make = <A, E>(item: Schema.Codec<A, E>): Schema.Codec<Page<A>, PageEncoded<E>> => {
  const schema = Schema.Struct({
    results: Nullish.withDefault(Schema.Array(item), () => []),
    pageNumber: Nullish.withDefault(Schema.Finite, () => 0),
    pageSize: Nullish.withDefault(Schema.Finite, () => 0),
    totalResults: Nullish.optional(Schema.Finite),
    _links: Nullish.optional(Links)
  })
  const fast = Fast.of(item)
  return fast === undefined ? schema : Fast.attach(schema, fastPage(fast))
}
