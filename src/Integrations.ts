/**
 * The platforms that Codat can connect to, whose keys `Connections.create` takes. Each endpoint is an Effect, the list
 * a Stream.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call. There is no `count`: Codat may ignore `query` on this list, and its total would
 * then be that of all integrations.
 *
 * @module Integrations
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import type { SourceType } from "./Connection.ts"
import { Branding, Integration } from "./Integration.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import * as QueryText from "./internal/call/QueryText.ts"
import * as List from "./internal/list/List.ts"
import type { Page, PageSelection, PagingOptions } from "./Page.ts"
import type { OrderBy, Query } from "./Query.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * Which integrations are listed, and in what order.
 *
 * **Details**
 *
 * `sourceType` and `enabled` are sent in Codat's query language, joined by `&&` after the `query` that is given, which
 * is put in braces where needed: `{name~bank || isBeta=true} && sourceType=Banking && enabled=true`. The whole text
 * must have fewer than 2048 characters.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  /** Only integrations of this kind. */
  readonly sourceType?: SourceType | undefined
  /** Only integrations that your customers can link, or only those that they cannot. */
  readonly enabled?: boolean | undefined
  /**
   * Codat's query language over an integration's properties, as text or made by `Query`.
   *
   * @see https://docs.codat.io/using-the-api/querying
   */
  readonly query?: string | Query<Integration> | undefined
  /**
   * A field name, with `-` before it for descending order.
   *
   * @see https://docs.codat.io/using-the-api/ordering-results
   */
  readonly orderBy?: OrderBy<Integration> | undefined
}

/**
 * One page of a list.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageOptions extends Filter, PageSelection {}

/**
 * All pages of a list.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListOptions extends Filter, PagingOptions {}

/**
 * One integration.
 *
 * @category models
 * @since 0.1.0
 */
export interface IntegrationOptions {
  /** Four lower-case letters, such as `gbol`. */
  readonly platformKey: string
}

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const integrations: List.List<Filter, Integration> = List.make({
  path: "/integrations",
  filter: {
    // Checked before `query`, into which they are written, so that an error names the right option.
    sourceType: Input.optional(Input.sourceType),
    enabled: Input.optional(Input.boolean),
    query: Input.optional(Input.query),
    orderBy: Input.optional(Input.orderBy)
  },
  query: ["query", "orderBy"],
  item: Integration,
  id: "key"
})

/**
 * The same options with `sourceType` and `enabled` added to `query`, so that the rule of `query` checks the text that
 * is sent. Options with an invalid value are returned unchanged, and the rule of that value refuses them.
 */
const filtered = <Options extends Filter>(options: Options): Options => {
  if (!Predicate.isObject(options)) return options
  const { enabled, query = "", sourceType } = options
  if (sourceType === undefined && enabled === undefined) return options
  const invalid =
    Input.query(query) ??
    Input.optional(Input.sourceType)(sourceType) ??
    Input.optional(Input.boolean)(enabled)
  if (invalid !== undefined) return options
  const terms = [
    query,
    ...(sourceType === undefined ? [] : [QueryText.comparison("sourceType", "=", sourceType)]),
    ...(enabled === undefined ? [] : [QueryText.comparison("enabled", "=", String(enabled))])
  ]
  return { ...options, query: QueryText.and(terms) }
}

/**
 * Whether an integration passes `sourceType` and `enabled`. Rows are filtered here too, because Codat's documentation
 * says that `query` has no effect on this list, although the specification has the parameter.
 */
const passes =
  (options: Filter) =>
  (integration: Integration): boolean =>
    (options.sourceType === undefined || integration.sourceType === options.sourceType) &&
    (options.enabled === undefined || integration.enabled === options.enabled)

const filterPage =
  (options: Filter) =>
  (page: Page<Integration>): Page<Integration> => ({
    ...page,
    results: page.results.filter(passes(options))
  })

const allRows: (
  options: ListOptions
) => Stream.Stream<Integration, CodatError, HttpClient.HttpClient | Auth> = List.rows(
  "Integrations.list",
  integrations
)

/**
 * Streams every integration, page after page.
 *
 * **Details**
 *
 * Lazy, resumable and retried like `Connections.list`. Without options all integrations are listed, including those
 * that your customers cannot link.
 *
 * **Example** (Banks to choose from)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Integrations } from "effect-codat"
 *
 * const banks = Integrations.list({ sourceType: "Banking", enabled: true, orderBy: "name" }).pipe(
 *   Stream.map(({ key, name }) => ({ key, name }))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const list: (
  options?: ListOptions
) => Stream.Stream<Integration, CodatError, HttpClient.HttpClient | Auth> = Endpoint.describeAs(
  (options: ListOptions = {}) => Stream.filter(allRows(filtered(options)), passes(options)),
  allRows
)

const allPages: (
  options: ListOptions
) => Stream.Stream<Page<Integration>, CodatError, HttpClient.HttpClient | Auth> = List.pages(
  "Integrations.pages",
  integrations
)

/**
 * Streams the pages of integrations.
 *
 * **Gotchas**
 *
 * With `sourceType` or `enabled`, a page may have fewer rows than its `totalResults` says: integrations that do not fit
 * are removed here as well, because Codat may ignore `query` on this list.
 *
 * **Example** (Continuing after page 7)
 *
 * ```ts
 * import { Integrations } from "effect-codat"
 *
 * const resumed = Integrations.pages({ enabled: true, startPage: 8 })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const pages: (
  options?: ListOptions
) => Stream.Stream<Page<Integration>, CodatError, HttpClient.HttpClient | Auth> = Endpoint.describeAs(
  (options: ListOptions = {}) => Stream.map(allPages(filtered(options)), filterPage(options)),
  allPages
)

const onePage: (
  options: PageOptions
) => Effect.Effect<Page<Integration>, CodatError, HttpClient.HttpClient | Auth> = List.page(
  "Integrations.page",
  integrations
)

/**
 * Reads one page of integrations. The same applies to its totals as with {@link pages}.
 *
 * **Example** (The first ten by name)
 *
 * ```ts
 * import { Integrations } from "effect-codat"
 *
 * const first = Integrations.page({ orderBy: "name", pageSize: 10 })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const page: (
  options?: PageOptions
) => Effect.Effect<Page<Integration>, CodatError, HttpClient.HttpClient | Auth> = Endpoint.describeAs(
  (options: PageOptions = {}) => Effect.map(onePage(filtered(options)), filterPage(options)),
  onePage
)

/**
 * Reads one integration.
 *
 * **Details**
 *
 * Fails with `NotFound` when no platform has the key.
 *
 * **Example** (May it be offered?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Integrations } from "effect-codat"
 *
 * const isOffered = (platformKey: string) =>
 *   Integrations.get({ platformKey }).pipe(
 *     Effect.map((integration) => integration.enabled),
 *     Effect.catchReason("CodatError", "NotFound", () => Effect.succeed(false))
 *   )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const get: (
  options: IntegrationOptions
) => Effect.Effect<Integration, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Integrations.get",
  method: "GET",
  path: "/integrations/{platformKey}",
  input: { platformKey: Input.platformKey },
  output: Integration
})

/**
 * Reads the branding of a platform: the addresses of its logo and of its button.
 *
 * **Details**
 *
 * Fails with `NotFound` when no platform has the key.
 *
 * **Example** (The logo to show)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Integrations } from "effect-codat"
 *
 * const logo = Integrations.branding({ platformKey: "gbol" }).pipe(
 *   Effect.map(({ logo }) => logo?.full?.image?.src)
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const branding: (
  options: IntegrationOptions
) => Effect.Effect<Branding, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Integrations.branding",
  method: "GET",
  path: "/integrations/{platformKey}/branding",
  input: { platformKey: Input.platformKey },
  output: Branding
})
