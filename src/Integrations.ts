/**
 * The platforms that Codat can connect to, whose keys `Connections.create` takes. Each endpoint an Effect, the list a
 * Stream.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
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
import type { Page } from "./Page.ts"
import type { OrderBy, Query } from "./Query.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * Which integrations are listed, and in what order.
 *
 * **Details**
 *
 * `sourceType` and `enabled` are terms of Codat's query language. What is sent as `query` is `sourceType=Banking`,
 * `enabled=true`, both joined by `&&`, and before them the `query` that is given, in braces where it needs them:
 * `{name~bank || isBeta=true} && sourceType=Banking && enabled=true`. In all it has fewer than 2048 characters.
 *
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
 * @since 0.1.0
 */
export interface PageOptions extends Filter {
  /**
   * The page, from 1.
   *
   * @default 1
   */
  readonly page?: number | undefined
  /**
   * Integrations on a page, from 1 to 5000.
   *
   * @default 100
   */
  readonly pageSize?: number | undefined
}

/**
 * All pages of a list.
 *
 * @since 0.1.0
 */
export interface ListOptions extends Filter {
  /**
   * Integrations on a page, from 1 to 5000. The larger, the fewer requests of the quota.
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
   * Pages fetched at a time, in order. One fetches a page when it is pulled.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * What to do with an integration that cannot be decoded: `"fail"` ends the stream with `InvalidResponse`; `"skip"` leaves it
   * out, logs a warning that names page, row and path, and counts it in the metric `codat_skipped_rows`.
   *
   * @default "fail"
   */
  readonly invalid?: "fail" | "skip" | undefined
}

/**
 * One integration.
 *
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
    // Before the query, which holds them: their own fault is told as theirs.
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
 * The same options with the filters in the query, so that its rule is about what is sent. What is not valid stays as it
 * is, and is refused by its own rule.
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
 * Codat's documentation has it that `query` is without effect on this list, where its specification has the parameter:
 * so the filters, which are promised here, are held against what comes.
 */
const isAsked =
  (options: Filter) =>
  (integration: Integration): boolean =>
    (options.sourceType === undefined || integration.sourceType === options.sourceType) &&
    (options.enabled === undefined || integration.enabled === options.enabled)

const onlyAsked =
  (options: Filter) =>
  (page: Page<Integration>): Page<Integration> => ({
    ...page,
    results: page.results.filter(isAsked(options))
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
 * Lazy, resumable and retried as `Connections.list` is. Without options all integrations are listed, those too that
 * your customers cannot link.
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
 * @since 0.1.0
 */
export const list: (
  options?: ListOptions
) => Stream.Stream<Integration, CodatError, HttpClient.HttpClient | Auth> = Endpoint.describeAs(
  (options: ListOptions = {}) => Stream.filter(allRows(filtered(options)), isAsked(options)),
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
 * @since 0.1.0
 */
export const pages: (
  options?: ListOptions
) => Stream.Stream<Page<Integration>, CodatError, HttpClient.HttpClient | Auth> = Endpoint.describeAs(
  (options: ListOptions = {}) => Stream.map(allPages(filtered(options)), onlyAsked(options)),
  allPages
)

const onePage: (
  options: PageOptions
) => Effect.Effect<Page<Integration>, CodatError, HttpClient.HttpClient | Auth> = List.page(
  "Integrations.page",
  integrations
)

/**
 * Reads one page of integrations.
 *
 * @since 0.1.0
 */
export const page: (
  options?: PageOptions
) => Effect.Effect<Page<Integration>, CodatError, HttpClient.HttpClient | Auth> = Endpoint.describeAs(
  (options: PageOptions = {}) => Effect.map(onePage(filtered(options)), onlyAsked(options)),
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
 * Reads what a platform looks like: the addresses of its logo and of its button.
 *
 * **Details**
 *
 * Fails with `NotFound` when no platform has the key.
 *
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
