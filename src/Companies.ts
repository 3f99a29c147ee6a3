/**
 * Codat's companies, which connections belong to. Each endpoint is an Effect, the list a Stream.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
 * @module Companies
 * @since 0.1.0
 */
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type * as Stream from "effect/Stream"
import { AccessToken } from "./AccessToken.ts"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import { Company, type Tags } from "./Company.ts"
import { Connection } from "./Connection.ts"
import * as Account from "./internal/call/Account.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import * as List from "./internal/list/List.ts"
import * as Decode from "./internal/model/Decode.ts"
import type { Page, PageSelection, PagingOptions } from "./Page.ts"
import type { OrderBy, Query } from "./Query.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * Which companies are listed, and in what order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  /**
   * Codat's query language over a company's properties, such as `name~Bakery && created>2024-01-01`; fewer than
   * 2048 characters.
   *
   * @see https://docs.codat.io/using-the-api/querying
   */
  readonly query?: string | Query<Company> | undefined
  /**
   * Codat's query language over the company's own tags, such as `region=uk && team=invoice-finance`; fewer than 2048
   * characters. Its operators are `=`, `!=` and `~`.
   *
   * @see https://docs.codat.io/using-the-api/managing-companies
   */
  readonly tags?: string | undefined
  /**
   * A field name, with `-` before it for descending order.
   *
   * @see https://docs.codat.io/using-the-api/ordering-results
   */
  readonly orderBy?: OrderBy<Company> | undefined
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
 * One company.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanyOptions {
  /** The id of the company, a UUID. */
  readonly companyId: string
}

/**
 * The name, description and tags of a company.
 *
 * @category models
 * @since 0.1.0
 */
export interface Details {
  /** Codat removes all characters except letters, digits, spaces and `- ' , & @ . ? !`. */
  readonly name: string
  /** Any text that is useful to you, such as your own reference. */
  readonly description?: string | undefined
  /** At most 10, with names of 1 to 27 characters and values of at most 100. */
  readonly tags?: Tags | undefined
}

/**
 * A new company.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateOptions extends Details {
  /**
   * The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out; give your own
   * to repeat a write safely after a crash.
   */
  readonly idempotencyKey?: string | undefined
}

/**
 * The company to change, and the new values.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateOptions extends CompanyOptions {
  /** Codat removes all characters except letters, digits, spaces and `- ' , & @ . ? !`. */
  readonly name?: string | undefined
  /** The new description, any text that is useful to you; it stays as it is when left out. */
  readonly description?: string | undefined
  /** The new tags, which replace all tags of the company; `null` removes them. */
  readonly tags?: Tags | null | undefined
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The company whose details to replace, and the new details.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReplaceOptions extends CompanyOptions, Details {}

/**
 * How many access tokens are kept, and how early they are renewed.
 *
 * @category models
 * @since 0.1.0
 */
export interface AccessTokensOptions {
  /**
   * A token that is valid for less than this is not given any more: a new one is requested.
   *
   * @default "5 minutes"
   */
  readonly renewBefore?: Duration.Input | undefined
  /**
   * For how many companies tokens are kept. With more companies, the token that was not used for the longest time is
   * removed.
   *
   * @default 1000
   */
  readonly capacity?: number | undefined
}

const companyRules = { companyId: Input.id }

const detailRules = {
  name: Input.nonEmptyText,
  description: Input.optional(Input.text),
  tags: Input.optional(Input.tags)
}

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const decodeConnection = Decode.compile(Connection)

/** Removes connections that cannot be decoded, so that the company and its other connections are kept. */
const withoutBadConnections = (row: unknown): List.PartialRow => {
  if (!Predicate.isObject(row) || !Array.isArray(row["dataConnections"])) return { row, issues: [] }
  const issues: Array<List.PartialIssue> = []
  const dataConnections = row["dataConnections"].filter((value, index) => {
    const decoded = decodeConnection(value)
    if (Result.isSuccess(decoded)) return true
    const { message, path } = decoded.failure
    const partId = Predicate.isObject(value) && Predicate.isString(value["id"]) ? value["id"] : undefined
    issues.push({ path: ["dataConnections", index, ...path], message, partId })
    return false
  })
  return { row: { ...row, dataConnections }, issues }
}

/**
 * The list of companies, which `Connections.listAcrossCompanies` reads too.
 *
 * @internal
 */
export const companies: List.List<Filter, Company> = List.make({
  path: "/companies",
  filter: {
    query: Input.optional(Input.query),
    orderBy: Input.optional(Input.orderBy),
    tags: Input.optional(Input.query)
  },
  item: Company,
  repair: withoutBadConnections
})

/**
 * Streams every company, page after page, each with its connections.
 *
 * **When to use**
 *
 * For the companies themselves. `Connections.listAcrossCompanies` streams their connections, from the same pages.
 *
 * **Details**
 *
 * Nothing is sent before the stream is pulled, and a page is fetched only when the one before it has been consumed,
 * unless `concurrency` is above 1. Each page is one request, which is retried separately. Besides the reasons of any
 * request, fails with `BadRequest` when Codat cannot read `query`, `tags` or `orderBy`, with `Pagination` when pages do
 * not advance or hold less than their totals say, and with `InvalidResponse`, naming page, row and path, when a row
 * cannot be decoded. With `invalid: "skip"`, it logs a warning instead, and leaves out the connection that cannot be
 * decoded, or the whole company when the fault is not in a connection.
 *
 * **Example** (Names of a region's companies)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const names = Companies.list({ tags: "region=uk", orderBy: "name" }).pipe(Stream.map((company) => company.name))
 * ```
 *
 * @see https://docs.codat.io/using-the-api/paging
 * @function
 * @category reading
 * @since 0.1.0
 */
export const list: (
  options?: ListOptions
) => Stream.Stream<Company, CodatError, HttpClient.HttpClient | Auth> = List.rows("Companies.list", companies)

/**
 * Streams the pages of companies.
 *
 * **When to use**
 *
 * Use instead of {@link list} when progress is stored: each page has its `pageNumber`, and `startPage` continues
 * from there.
 *
 * **Example** (Continuing after page 7)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const resumed = Companies.pages({ startPage: 8, orderBy: "created" }).pipe(
 *   Stream.runForEach((page) => Effect.log(`page ${page.pageNumber}: ${page.results.length} companies`))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const pages: (
  options?: ListOptions
) => Stream.Stream<Page<Company>, CodatError, HttpClient.HttpClient | Auth> = List.pages(
  "Companies.pages",
  companies
)

/**
 * Reads one page of companies.
 *
 * **Details**
 *
 * Fails with `Pagination` when Codat answers with another page, or with an empty one although there are rows for it by
 * its total.
 *
 * **Example** (The ten newest)
 *
 * ```ts
 * import { Companies } from "effect-codat"
 *
 * const newest = Companies.page({ orderBy: "-created", pageSize: 10 })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const page: (
  options?: PageOptions
) => Effect.Effect<Page<Company>, CodatError, HttpClient.HttpClient | Auth> = List.page(
  "Companies.page",
  companies
)

/**
 * Counts the companies, with one request, for a page of one row.
 *
 * **Details**
 *
 * Fails with `InvalidResponse` when the response has no `totalResults`, and with `Pagination` when its rows show that
 * the total is wrong.
 *
 * **Example** (How many there are in a region)
 *
 * ```ts
 * import { Companies } from "effect-codat"
 *
 * const total = Companies.count({ tags: "region=uk" })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const count: (options?: Filter) => Effect.Effect<number, CodatError, HttpClient.HttpClient | Auth> =
  List.count("Companies.count", companies)

/**
 * Reads one company, with its connections.
 *
 * **Details**
 *
 * Fails with `NotFound` when the company does not exist or was deleted.
 *
 * **Example** (What a company has linked)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const platforms = Companies.get({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.map(({ dataConnections }) => dataConnections.map((connection) => connection.platformName))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const get: (
  options: CompanyOptions
) => Effect.Effect<Company, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Companies.get",
  method: "GET",
  path: "/companies/{companyId}",
  input: companyRules,
  output: Company
})

// -----------------------------------------------------------------------------
// Access tokens
// -----------------------------------------------------------------------------

/**
 * Makes an access token for one company, which Codat's Link SDK and Connections SDK need in a browser.
 *
 * **Details**
 *
 * The token is `Redacted`, and valid for `expiresIn` seconds: a day. Each call makes a new one; {@link accessTokens}
 * reuses them. Fails with `NotFound` when the company does not exist or was deleted.
 *
 * **Example** (The token for a browser)
 *
 * ```ts
 * import { Effect, Redacted } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const forBrowser = Companies.accessToken({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.map(({ accessToken }) => ({ accessToken: Redacted.value(accessToken) }))
 * )
 * ```
 *
 * @function
 * @category access tokens
 * @since 0.1.0
 */
export const accessToken: (
  options: CompanyOptions
) => Effect.Effect<AccessToken, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Companies.accessToken",
  method: "GET",
  path: "/companies/{companyId}/accessToken",
  input: companyRules,
  output: AccessToken
})

/**
 * Makes a function like {@link accessToken} that reuses each company's token, and requests a new one shortly before the
 * token expires.
 *
 * **When to use**
 *
 * In a server that gives browsers their tokens: make the function once, and keep it as long as the server runs.
 *
 * **Details**
 *
 * `expiresIn` counts from the moment when the function returns the token. A token is kept for the credentials that it
 * was requested with: a call with the `Auth` of another account sends a request of its own. Calls for one company at
 * the same time share one request. A failure is not kept: the next call sends another request. Fails with
 * `InvalidRequest` when `renewBefore` is not a duration or `capacity` is not a whole number from 1.
 *
 * **Example** (A server's tokens)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const program = Effect.gen(function* () {
 *   const tokenOf = yield* Companies.accessTokens({ renewBefore: "1 hour" })
 *   const first = yield* tokenOf({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" })
 *   // Without another request:
 *   const second = yield* tokenOf({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" })
 *   return [first, second]
 * })
 * ```
 *
 * @function
 * @category access tokens
 * @since 0.1.0
 */
export const accessTokens = (
  options: AccessTokensOptions = {}
): Effect.Effect<
  (options: CompanyOptions) => Effect.Effect<AccessToken, CodatError, HttpClient.HttpClient | Auth>,
  CodatError
> =>
  Effect.gen(function* () {
    yield* Call.check("Companies.accessTokens", accessTokensRules, options)
    const renewBefore = Duration.toMillis(Duration.fromInputUnsafe(options.renewBefore ?? "5 minutes"))
    const cache = yield* Cache.makeWith(
      ({ companyId }: Account.Account & CompanyOptions) =>
        Effect.zipWith(accessToken({ companyId }), monotonicMillis, (token, now) => {
          const life = token.expiresIn * 1000
          return { token, endsAt: now + life, isKept: life > renewBefore }
        }),
      {
        capacity: options.capacity ?? 1000,
        timeToLive: (exit) =>
          Duration.millis(
            Exit.isSuccess(exit) ? Math.max(0, exit.value.token.expiresIn * 1000 - renewBefore) : 0
          ),
        requireServicesAt: "lookup"
      }
      // The cache would add the settings that are provided here, such as a host, to those of the calls.
    ).pipe(Effect.updateContext((_: Context.Context<never>) => Context.empty()))
    return Effect.fnUntraced(function* (options: CompanyOptions) {
      yield* Call.check("Companies.accessTokens", companyRules, options)
      // A kept token is returned only for the credentials that it was requested with.
      const key = { ...(yield* Account.current("Companies.accessTokens")), companyId: options.companyId }
      let kept = yield* Cache.get(cache, key)
      // The cache uses the time of day. When that is set back, it would keep a token that has expired.
      if (kept.isKept && kept.endsAt - (yield* monotonicMillis) <= renewBefore) {
        const old = kept
        yield* Cache.invalidateWhen(cache, key, (found) => found === old)
        kept = yield* Cache.get(cache, key)
      }
      const left = kept.endsAt - (yield* monotonicMillis)
      return { ...kept.token, expiresIn: Math.max(0, Math.floor(left / 1000)) }
    })
  })

const monotonicMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

const accessTokensRules: Input.Rules<AccessTokensOptions> = {
  renewBefore: Input.optional(Input.nonNegativeDuration),
  capacity: Input.optional(Input.positiveWhole)
}

// -----------------------------------------------------------------------------
// Writing
// -----------------------------------------------------------------------------

/**
 * Creates a company, without connections. Its `redirect` is the page where the end user starts to link accounts.
 *
 * **Details**
 *
 * The request carries an `Idempotency-Key` that all of its attempts share, so a lost response never leads to a
 * second company. Fails with `UnprocessableContent` when `idempotencyKey` was used for another body, and with
 * `PaymentRequired` when the account cannot have more companies.
 *
 * **Gotchas**
 *
 * The redirect can hold a one-time password: do not log it.
 *
 * **Example** (A customer of yours)
 *
 * ```ts
 * import { Companies } from "effect-codat"
 *
 * const created = Companies.create({ name: "Bank of Dave", tags: { region: "uk", reference: "4711" } })
 * ```
 *
 * @see https://docs.codat.io/using-the-api/write-data/idempotency
 * @function
 * @category writing
 * @since 0.1.0
 */
export const create: (
  options: CreateOptions
) => Effect.Effect<Company, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Companies.create",
  method: "POST",
  path: "/companies",
  input: detailRules,
  body: ({ description, name, tags }) => ({ name, description, tags }),
  output: Company
})

/**
 * Changes a company's name, description or tags. Those that are not given stay as they are.
 *
 * **When to use**
 *
 * To change some of them; {@link replace} removes a description or tags that are not given.
 *
 * **Details**
 *
 * `tags` replaces all tags of the company, and `tags: null` removes them. Fails with `NotFound` when the company does
 * not exist or was deleted. Carries an `Idempotency-Key` like {@link create}.
 *
 * **Example** (Other tags, the same name)
 *
 * ```ts
 * import { Companies } from "effect-codat"
 *
 * const moved = Companies.update({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   tags: { region: "us" }
 * })
 * ```
 *
 * @see https://docs.codat.io/using-the-api/managing-companies
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const update: (
  options: UpdateOptions
) => Effect.Effect<Company, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Companies.update",
  method: "PATCH",
  path: "/companies/{companyId}",
  input: {
    ...companyRules,
    name: Input.optional(Input.nonEmptyText),
    description: Input.optional(Input.text),
    tags: Input.optional(Input.nullable(Input.tags))
  },
  body: ({ description, name, tags }) => ({ name, description, tags }),
  output: Company
})

/**
 * Replaces a company's name, description and tags. A description or tags that are not given are removed.
 *
 * **When to use**
 *
 * To make Codat's company equal to yours, whatever it was before; {@link update} changes a part.
 *
 * **Details**
 *
 * Fails with `NotFound` when the company does not exist or was deleted.
 *
 * **Example** (A company without description and tags)
 *
 * ```ts
 * import { Companies } from "effect-codat"
 *
 * const replaced = Companies.replace({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   name: "Bank of Dave"
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const replace: (
  options: ReplaceOptions
) => Effect.Effect<Company, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Companies.replace",
  method: "PUT",
  path: "/companies/{companyId}",
  input: { ...companyRules, ...detailRules },
  body: ({ description, name, tags }) => ({ name, description, tags }),
  output: Company
})

/**
 * Deletes a company, its connections and the data that Codat has of them. This cannot be undone.
 *
 * **Details**
 *
 * Fails with `NotFound` when there is no such company, except when an earlier attempt of the same call may have
 * deleted it.
 *
 * **Example** (A customer who left)
 *
 * ```ts
 * import { Companies } from "effect-codat"
 *
 * const deleted = Companies.delete({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
const delete_: (options: CompanyOptions) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> =
  Call.make({
    operation: "Companies.delete",
    method: "DELETE",
    path: "/companies/{companyId}",
    input: companyRules,
    output: Endpoint.nothing
  })

export { delete_ as delete }
