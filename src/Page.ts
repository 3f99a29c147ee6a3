/**
 * One page of a list: of connections, companies, integrations or any other paged items.
 *
 * @module Page
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * Which page of a list is read, and how many rows it has.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageSelection {
  /**
   * The page, from 1.
   *
   * @default 1
   */
  readonly page?: number | undefined
  /**
   * Rows on a page, from 1 to 5000.
   *
   * @default 100
   */
  readonly pageSize?: number | undefined
}

/**
 * How the pages of a list are read as a stream.
 *
 * @category models
 * @since 0.1.0
 */
export interface PagingOptions {
  /**
   * Rows on a page, from 1 to 5000. Larger pages use fewer requests of the quota.
   *
   * @default 100
   */
  readonly pageSize?: number | undefined
  /**
   * The page to begin with, from 1.
   *
   * @default 1
   */
  readonly startPage?: number | undefined
  /**
   * How many pages are fetched at the same time. They are given in order. With 1, a page is fetched when it is needed.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * What to do with a row that cannot be decoded: `"fail"` ends the stream with `InvalidResponse`; `"skip"` leaves it
   * out, logs a warning that names page, row and path, and counts it in the metric `codat_skipped_rows`. A company is
   * given without the connections that cannot be decoded, and left out only when the fault is elsewhere in it.
   *
   * @default "fail"
   */
  readonly invalid?: "fail" | "skip" | undefined
}

/**
 * A link to a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Link {
  /** A URI reference, relative or absolute. It is data from the network: credentials are never sent to it. */
  readonly href?: string | undefined
}

/**
 * The links from a page to others, each of which may be absent.
 *
 * **Details**
 *
 * This library reads only the page number in a link: requests are sent to the configured address, never to that of a
 * link.
 *
 * @category models
 * @since 0.1.0
 */
export interface Links {
  /** The list itself. */
  readonly self?: Link | undefined
  /** This page. */
  readonly current?: Link | undefined
  /** Absent on the last page. */
  readonly next?: Link | undefined
  /** Absent on the first page. */
  readonly previous?: Link | undefined
}

/**
 * A row of a page, or a part of one, that was left out because it cannot be decoded.
 *
 * **Details**
 *
 * Of the row, only its ids are shown. A row of which several parts were left out has an entry for each part.
 *
 * **Example** (Logging each of them)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const skipped = Companies.pages({ invalid: "skip" }).pipe(
 *   Stream.flatMap((page) => Stream.fromIterable(page.skipped ?? [])),
 *   Stream.runForEach(({ id, message, path }) => Effect.log(`company ${id ?? "without an id"}: ${path}: ${message}`))
 * )
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface Skipped {
  /** The position of the row on the page that Codat sent, from 0: rows that were left out count. */
  readonly index: number
  /** The row's id; absent where the row has none that is a string. */
  readonly id?: string | undefined
  /** Whether the rest of the row is in `results`, such as a company without the connection that cannot be decoded. */
  readonly isPart: boolean
  /** The id of the part that was left out; absent where it has none that is a string. */
  readonly partId?: string | undefined
  /** Where in the row the fault is, such as `dataConnections[2].created`; empty for the row itself. */
  readonly path: string
  /** What was expected there. The value itself is never quoted. */
  readonly message: string
}

/**
 * One page of a list.
 *
 * **When to use**
 *
 * With `Connections.pages` or `Connections.page` (and those of the other lists), to get what a stream of rows does not
 * have: the page's number, to resume from, and the total.
 *
 * **Example** (How many pages)
 *
 * ```ts
 * import type { Page } from "effect-codat"
 *
 * const pages = (page: Page.Page<unknown>): number | undefined =>
 *   page.totalResults === undefined || page.pageSize === 0
 *     ? undefined
 *     : Math.ceil(page.totalResults / page.pageSize)
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface Page<A> {
  /** The rows of this page, in Codat's order. */
  readonly results: ReadonlyArray<A>
  /**
   * Counted from 1. Where the response does not say, it is the page that was asked for; decoded by {@link make} alone
   * it is then 0.
   */
  readonly pageNumber: number
  /** How many rows were asked for; 0 where the response does not say. */
  readonly pageSize: number
  /** How many rows there are on all pages, after the filter; absent where the response does not say. */
  readonly totalResults?: number | undefined
  /** Links to this page and the pages next to it; absent where the response has none. */
  readonly _links?: Links | undefined
  /**
   * What was left out of this page, with `invalid: "skip"`; absent where nothing was. It comes from decoding and is not
   * part of Codat's JSON: the schema of {@link make} neither reads nor writes it.
   */
  readonly skipped?: ReadonlyArray<Skipped> | undefined
}

const LinkSchema: Schema.Codec<Link, Encoded<Link>> = Schema.Struct({ href: Nullish.optional(Schema.String) })

const LinksSchema: Schema.Codec<Links, Encoded<Links>> = Schema.Struct({
  self: Nullish.optional(LinkSchema),
  current: Nullish.optional(LinkSchema),
  next: Nullish.optional(LinkSchema),
  previous: Nullish.optional(LinkSchema)
})

/**
 * Makes the schema of a page of `item`, from and to Codat's JSON.
 *
 * **When to use**
 *
 * To keep pages in a cache or a file and read them again, or to read a list of Codat that has no function here.
 *
 * **Details**
 *
 * `results` is required: a body without it is not a page of a list, and decoding fails. A `pageNumber` or `pageSize`
 * that is null or absent becomes 0; `totalResults` and `_links` that are null or absent are left out. Unknown
 * properties are dropped, and `skipped` is neither read nor written.
 *
 * **Example** (A page of connections from a file)
 *
 * ```ts
 * import { Connection, Page } from "effect-codat"
 * import { Effect, FileSystem, Schema } from "effect"
 *
 * const decode = Schema.decodeEffect(Schema.fromJsonString(Page.make(Connection.Connection)))
 *
 * const load = Effect.fn(function*(path: string) {
 *   const files = yield* FileSystem.FileSystem
 *   return yield* decode(yield* files.readFileString(path))
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A, E>(
  item: Schema.Codec<A, E>
): Schema.Codec<Page<A>, Encoded<Omit<Page<unknown>, "skipped">> & { readonly results: ReadonlyArray<E> }> =>
  Schema.Struct({
    results: Schema.Array(item),
    pageNumber: Nullish.withDefault(Schema.Finite, () => 0),
    pageSize: Nullish.withDefault(Schema.Finite, () => 0),
    totalResults: Nullish.optional(Schema.Finite),
    _links: Nullish.optional(LinksSchema)
  })
