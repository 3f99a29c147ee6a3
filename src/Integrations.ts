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
import * as Endpoint from "./internal/Endpoint.ts"
import * as Input from "./internal/Input.ts"
import * as List from "./internal/List.ts"
import * as Pipeline from "./internal/Pipeline.ts"
import * as Query from "./internal/Query.ts"
import * as Page from "./Page.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * Which integrations are listed, and in what order.
 *
 * **Details**
 *
 * `sourceType` and `enabled` are terms of Codat's query language. What is sent as `query` is `sourceType=Banking`,
 * `enabled=true`, both joined by `&&`, and before them, in braces of its own, the `query` that is given:
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
   * Codat's query language over an integration's properties; each brace in it has to be closed.
   *
   * @see https://docs.codat.io/using-the-api/querying
   */
  readonly query?: string | undefined
  /**
   * A field name, with `-` before it for descending order.
   *
   * @see https://docs.codat.io/using-the-api/ordering-results
   */
  readonly orderBy?: string | undefined
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
export interface ListOptions extends Filter, List.Options {}

/**
 * One integration.
 *
 * @since 0.1.0
 */
export interface IntegrationOptions {
  /** Four lower-case letters, such as `gbol`. */
  readonly platformKey: string
}

type Requirements = HttpClient.HttpClient | Auth

const byKey = { platformKey: Input.platformKey }

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const closed: Input.Rule = (value) =>
  Input.query(value) ??
  (typeof value === "string" && !Query.isBalanced(value)
    ? "a query in which each brace is closed"
    : undefined)

const integrations: List.Description<PageOptions, ListOptions, Integration> = {
  input: {
    // Before the query, which holds them: their own fault is told as theirs.
    sourceType: Input.optional(Input.sourceType),
    enabled: Input.optional(Input.boolean),
    query: Input.optional(closed),
    orderBy: Input.optional(Input.orderBy),
    ...List.paged
  },
  path: () => "/integrations",
  query: ({ orderBy, query }) => [
    ["query", query],
    ["orderBy", orderBy]
  ],
  one: ({ enabled, orderBy, pageSize, query, sourceType }, page) => ({
    sourceType,
    enabled,
    query,
    orderBy,
    page,
    pageSize
  }),
  page: Page.make(Integration),
  item: Integration
}

/**
 * The same options with the filters in the query, so that its rule is about what is sent. A query with an open brace
 * stays as it is: in braces of ours it could pass for a closed one, and mean something else.
 */
const filtered = <Options extends Filter>(options: Options): Options => {
  if (!Predicate.isObject(options)) return options
  const { enabled, query, sourceType } = options
  if (query !== undefined && (typeof query !== "string" || !Query.isBalanced(query))) return options
  if (Input.optional(Input.sourceType)(sourceType) ?? Input.optional(Input.boolean)(enabled)) return options
  const terms = [
    ...(sourceType === undefined ? [] : [`sourceType=${sourceType}`]),
    ...(enabled === undefined ? [] : [`enabled=${enabled}`])
  ]
  return { ...options, query: Query.and(query, terms) }
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
  (page: Page.Page<Integration>): Page.Page<Integration> => ({
    ...page,
    results: page.results.filter(isAsked(options))
  })

const rows = List.rows("Integrations.list", integrations)

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
export const list = (options: ListOptions = {}): Stream.Stream<Integration, CodatError, Requirements> =>
  Stream.filter(rows(filtered(options)), isAsked(options))

const allPages = List.pages("Integrations.pages", integrations)

/**
 * Streams the pages of integrations.
 *
 * @since 0.1.0
 */
export const pages = (
  options: ListOptions = {}
): Stream.Stream<Page.Page<Integration>, CodatError, Requirements> =>
  Stream.map(allPages(filtered(options)), onlyAsked(options))

const onePage = List.page("Integrations.page", integrations)

/**
 * Reads one page of integrations.
 *
 * @since 0.1.0
 */
export const page = (
  options: PageOptions = {}
): Effect.Effect<Page.Page<Integration>, CodatError, Requirements> =>
  Effect.map(onePage(filtered(options)), onlyAsked(options))

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
export const get = Pipeline.operation<IntegrationOptions, Integration>({
  operation: "Integrations.get",
  method: "GET",
  input: byKey,
  path: ({ platformKey }) => Endpoint.path`/integrations/${platformKey}`,
  output: Endpoint.json(Integration)
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
export const branding = Pipeline.operation<IntegrationOptions, Branding>({
  operation: "Integrations.branding",
  method: "GET",
  input: byKey,
  path: ({ platformKey }) => Endpoint.path`/integrations/${platformKey}/branding`,
  output: Endpoint.json(Branding)
})
