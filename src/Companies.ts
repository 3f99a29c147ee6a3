/**
 * Codat's companies: whose connections they are. Each endpoint an Effect, the list a Stream.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
 * @module Companies
 * @since 0.1.0
 */
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
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
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import * as List from "./internal/list/List.ts"
import * as Decode from "./internal/model/Decode.ts"
import type { Page } from "./Page.ts"
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
   * characters. It knows `=`, `!=` and `~`.
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
export interface PageOptions extends Filter {
  /**
   * The page, from 1.
   *
   * @default 1
   */
  readonly page?: number | undefined
  /**
   * Companies on a page, from 1 to 5000.
   *
   * @default 100
   */
  readonly pageSize?: number | undefined
}

/**
 * All pages of a list.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListOptions extends Filter {
  /**
   * Companies on a page, from 1 to 5000. The larger, the fewer requests of the quota.
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
   * What to do with a company that cannot be decoded: `"fail"` ends the stream with `InvalidResponse`; `"skip"` leaves
   * out the connection at fault, or the company where the fault is in it, logs a warning that names page, row and path,
   * and counts it in the metric `codat_skipped_rows`.
   *
   * @default "fail"
   */
  readonly invalid?: "fail" | "skip" | undefined
}

/**
 * One company.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanyOptions {
  readonly companyId: string
}

/**
 * What a company is called and known by.
 *
 * @category models
 * @since 0.1.0
 */
export interface Details {
  /** Codat leaves out of it what is not a letter, a digit, a space or one of `- ' , & @ . ? !`. */
  readonly name: string
  /** Anything of use to you, such as a reference of your own. */
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
   * to go on with a write after a crash.
   */
  readonly idempotencyKey?: string | undefined
}

/**
 * The company to change, and what of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateOptions extends CompanyOptions {
  /** Codat leaves out of it what is not a letter, a digit, a space or one of `- ' , & @ . ? !`. */
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** The company's tags from now on, in place of those it has; `null` removes them. */
  readonly tags?: Tags | null | undefined
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The company to describe anew, and how.
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
   * A token that is good for less than this is not given any more: another one is made.
   *
   * @default "5 minutes"
   */
  readonly renewBefore?: Duration.Input | undefined
  /**
   * How many companies' tokens are kept. When there are more, the one that was asked for the longest ago goes.
   *
   * @default 1000
   */
  readonly capacity?: number | undefined
}

const companyRules = { companyId: Input.id }

const detailRules = {
  name: Input.name,
  description: Input.optional(Input.text),
  tags: Input.optional(Input.tags)
}

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const decodeConnection = Decode.compile(Connection)

/** One connection that cannot be decoded is no reason to lose a company and all of its others. */
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
 * The list that `Connections.listAcrossCompanies` reads too.
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
 * Nothing is sent before the stream is pulled, and a page is fetched only when the one before it is used up, unless
 * `concurrency` asks for pages ahead. Each page is one request, retried by itself. Beside the reasons that any request
 * can have, fails with `BadRequest` when Codat cannot read `query` or `tags`, with `Pagination` when pages do not
 * advance and with `InvalidResponse`, naming page, row and path, when a row cannot be decoded (or, with
 * `invalid: "skip"`, logs a warning and leaves out the connection at fault, or the company, where the fault is in it).
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
 * Use instead of {@link list} when progress is stored: a page says its `pageNumber`, and `startPage` goes on from
 * there.
 *
 * **Example** (Going on after page 7)
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
 * Fails with `Pagination` when the page is empty although its total says otherwise.
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
 * Counts the companies, in one request for a page of one.
 *
 * **Details**
 *
 * Fails with `InvalidResponse` when the answer has no `totalResults`.
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
 * The token is `Redacted`, and good for `expiresIn` seconds: a day. Each call makes another one; {@link accessTokens}
 * keeps them. Fails with `NotFound` when the company does not exist or was deleted.
 *
 * **Example** (What a browser is given)
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
 * Makes a function like {@link accessToken} that keeps each company's token, and makes another one when it is asked for
 * a token that is near its end.
 *
 * **When to use**
 *
 * In a server that gives browsers their tokens: make the function once, and keep it as long as the server runs.
 *
 * **Details**
 *
 * `expiresIn` of what it answers counts from that answer. Those who ask at the same time for a company's token wait for
 * one request. A failure is not kept: who asks next causes another request. Fails with `InvalidRequest` when
 * `renewBefore` is no duration or `capacity` no whole number from 1.
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
      (companyId: string) =>
        Effect.zipWith(accessToken({ companyId }), Clock.currentTimeMillis, (token, now) => ({
          token,
          endsAt: now + token.expiresIn * 1000
        })),
      {
        capacity: options.capacity ?? 1000,
        timeToLive: (exit) =>
          Duration.millis(
            Exit.isSuccess(exit) ? Math.max(0, exit.value.token.expiresIn * 1000 - renewBefore) : 0
          ),
        requireServicesAt: "lookup"
      }
    )
    return Effect.fnUntraced(function* (options: CompanyOptions) {
      yield* Call.check("Companies.accessTokens", companyRules, options)
      const { endsAt, token } = yield* Cache.get(cache, options.companyId)
      const now = yield* Clock.currentTimeMillis
      return { ...token, expiresIn: Math.max(0, Math.floor((endsAt - now) / 1000)) }
    })
  })

const accessTokensRules: Input.Rules<AccessTokensOptions> = {
  renewBefore: Input.optional(Input.nonNegativeDuration),
  capacity: Input.optional(Input.positiveWhole)
}

// -----------------------------------------------------------------------------
// Writing
// -----------------------------------------------------------------------------

/**
 * Creates a company, without connections. Its `redirect` is where the end user begins to link accounts.
 *
 * **Details**
 *
 * The request carries an `Idempotency-Key` that all of its attempts share, so a response lost on the way never makes
 * a second company. Fails with `UnprocessableContent` when `idempotencyKey` was used for another body, and with
 * `PaymentRequired` when the account may have no more companies.
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
 * Changes a company's name, description or tags, and leaves alone what is not given.
 *
 * **When to use**
 *
 * For a change of one of them; {@link replace} empties what it is not given.
 *
 * **Details**
 *
 * Tags that are given take the place of those that the company has, and `tags: null` removes them. Carries an
 * `Idempotency-Key` like {@link create}.
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
    name: Input.optional(Input.name),
    description: Input.optional(Input.text),
    tags: Input.optional(Input.nullable(Input.tags))
  },
  body: ({ description, name, tags }) => ({ name, description, tags }),
  output: Company
})

/**
 * Describes a company anew: name, description and tags become what is given, and nothing where nothing is.
 *
 * **When to use**
 *
 * To make Codat's company the same as yours, whatever it was; {@link update} changes a part.
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
