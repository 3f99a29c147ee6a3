/**
 * Codat's connection API: each endpoint an Effect, the list a Stream.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
 * @module Connections
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import type * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import * as Companies from "./Companies.ts"
import type { Company } from "./Company.ts"
import { Connection, type ConnectionStatus } from "./Connection.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import * as Poll from "./internal/call/Poll.ts"
import * as List from "./internal/list/List.ts"
import { isSame } from "./internal/Same.ts"
import type { Page, PageSelection, PagingOptions } from "./Page.ts"
import type { OrderBy, Query } from "./Query.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * Which connections of a company are listed, and in what order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  /** The company whose connections are listed. */
  readonly companyId: string
  /**
   * Codat's query language, such as `status=Linked && sourceType=Accounting`, as text or made by `Query`; fewer than
   * 2048 characters.
   *
   * @see https://docs.codat.io/using-the-api/querying
   */
  readonly query?: string | Query<Connection> | undefined
  /**
   * A field name, with `-` before it for descending order.
   *
   * @see https://docs.codat.io/using-the-api/ordering-results
   */
  readonly orderBy?: OrderBy<Connection> | undefined
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
 * One connection of a company.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectionOptions {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The id of the connection, a UUID. */
  readonly connectionId: string
}

/**
 * A new connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateOptions {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The platform to connect to: four lower-case letters, such as `gbol`. */
  readonly platformKey: string
  /**
   * The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out; give your own
   * to repeat a write safely after a crash.
   */
  readonly idempotencyKey?: string | undefined
}

/**
 * The connection to unlink.
 *
 * @category models
 * @since 0.1.0
 */
export interface UnlinkOptions extends ConnectionOptions {
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The connection whose credentials change, and the credentials.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateAuthorizationOptions extends ConnectionOptions {
  /**
   * The third party's credentials by name. No error, span or log line of this library quotes them; those of four
   * characters and more are also removed from what Codat answers.
   */
  readonly credentials: Readonly<Record<string, string | Redacted.Redacted<string>>>
}

const connectionPath = "/companies/{companyId}/connections/{connectionId}"

const connectionRules = { companyId: Input.id, connectionId: Input.id }

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const connections: List.List<Filter, Connection> = List.make({
  path: "/companies/{companyId}/connections",
  filter: {
    companyId: Input.id,
    query: Input.optional(Input.query),
    orderBy: Input.optional(Input.orderBy)
  },
  item: Connection
})

/**
 * Streams every connection of a company, page after page.
 *
 * **When to use**
 *
 * For a list of any length: memory holds the page that is being read and the pages that `concurrency` fetches ahead. To
 * resume after a crash, use {@link pages} and store `pageNumber`.
 *
 * **Details**
 *
 * Nothing is sent before the stream is pulled, and a page is fetched only when the one before it has been consumed,
 * unless `concurrency` is above 1. Each page is retried separately. Fails with `NotFound` when the company does not
 * exist or was deleted, with `BadRequest` when Codat cannot read `query` or `orderBy`, with `Pagination` when pages do
 * not advance or hold less than their totals say, and with `InvalidResponse`, naming page, row and path, when a row
 * cannot be decoded (or, with `invalid: "skip"`, logs a warning and leaves the row out).
 *
 * **Gotchas**
 *
 * The list can change while it is read. When its total shrinks, as when each connection is unlinked as it comes and the
 * query asks for linked ones, reading goes back by as many rows and skips, by id, the rows that were given already. A
 * list that changes by more than this can correct fails with `Pagination`. Totals cannot show that one connection
 * leaves while another comes, and a row can then be lost: where that matters, list again until two lists agree, or
 * order by `created`, which puts new connections last. A row is recognized as given among the last 10,000.
 *
 * **Example** (Names of the linked platforms)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Connection, Connections } from "effect-codat"
 *
 * const names = Connections.list({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Stream.filter(Connection.isLinked),
 *   Stream.map((connection) => connection.platformName)
 * )
 * ```
 *
 * @see https://docs.codat.io/using-the-api/paging
 * @function
 * @category reading
 * @since 0.1.0
 */
export const list: (
  options: ListOptions
) => Stream.Stream<Connection, CodatError, HttpClient.HttpClient | Auth> = List.rows(
  "Connections.list",
  connections
)

/**
 * Streams the pages of a company's connections.
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
 * import { Connections } from "effect-codat"
 *
 * const resumed = Connections.pages({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002", startPage: 8 }).pipe(
 *   Stream.runForEach((page) => Effect.log(`page ${page.pageNumber}: ${page.results.length} connections`))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const pages: (
  options: ListOptions
) => Stream.Stream<Page<Connection>, CodatError, HttpClient.HttpClient | Auth> = List.pages(
  "Connections.pages",
  connections
)

/**
 * Reads one page of a company's connections.
 *
 * **Details**
 *
 * Fails as {@link list} does, and with `Pagination` when Codat answers with another page, or with an empty one although
 * its total says otherwise. A page after the last one is empty.
 *
 * **Example** (The ten newest)
 *
 * ```ts
 * import { Connections } from "effect-codat"
 *
 * const newest = Connections.page({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   orderBy: "-created",
 *   pageSize: 10
 * })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const page: (
  options: PageOptions
) => Effect.Effect<Page<Connection>, CodatError, HttpClient.HttpClient | Auth> = List.page(
  "Connections.page",
  connections
)

/**
 * Counts a company's connections, with one request, for a page of one row.
 *
 * **Details**
 *
 * Fails with `NotFound` and `BadRequest` as {@link list} does, with `InvalidResponse` when the response has no
 * `totalResults`, and with `Pagination` when its rows show that the total is wrong.
 *
 * **Example** (How many are linked)
 *
 * ```ts
 * import { Connections } from "effect-codat"
 *
 * const linked = Connections.count({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   query: "status=Linked"
 * })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const count: (options: Filter) => Effect.Effect<number, CodatError, HttpClient.HttpClient | Auth> =
  List.count("Connections.count", connections)

/**
 * Reads one connection.
 *
 * **Details**
 *
 * Fails with `NotFound` when the company or the connection does not exist or was deleted.
 *
 * **Example** (Is it linked yet?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connection, Connections } from "effect-codat"
 *
 * const isLinked = (companyId: string, connectionId: string) =>
 *   Connections.get({ companyId, connectionId }).pipe(Effect.map(Connection.isLinked))
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const get: (
  options: ConnectionOptions
) => Effect.Effect<Connection, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Connections.get",
  method: "GET",
  path: connectionPath,
  input: connectionRules,
  output: Connection
})

// -----------------------------------------------------------------------------
// Connections of every company
// -----------------------------------------------------------------------------

/**
 * Which companies' connections are listed, and how the companies' pages are read.
 *
 * **Details**
 *
 * `query`, `tags` and `orderBy` apply to companies, and `pageSize` counts companies: Codat does not filter or order the
 * connections here. The stream has all connections of each company that is listed.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListAcrossCompaniesOptions extends Companies.ListOptions {
  /** Not an option here, because this lists the connections of every company. For those of one company, use `list`. */
  readonly companyId?: never
}

/**
 * A connection, and the company that it belongs to.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanyConnection {
  /** The company, with all of its connections. */
  readonly company: Company
  /** The one connection of the company that this row is about. */
  readonly connection: Connection
  /** The page of companies that it was on: give it as `startPage` to go on from there. */
  readonly pageNumber: number
}

/**
 * Streams every connection of every company.
 *
 * **When to use**
 *
 * Instead of a list for each company. In Codat's list of companies, each company contains its connections, so a page of
 * 100 companies costs one request and 10,000 companies cost 100, or fewer with a larger `pageSize`. Listing the
 * companies and then the connections of each would cost 10,100.
 *
 * **Details**
 *
 * Lazy and retried as {@link list} is: a page of companies is fetched only when the one before it has been consumed,
 * unless `concurrency` is above 1. A company without connections adds nothing to the stream.
 *
 * To resume, store the `pageNumber` of the last connection that was handled, and pass it as `startPage`: that page is
 * read again from its first row, and nothing is left out. Use `orderBy: "created"` when companies can be created
 * meanwhile: new ones are then on the last page.
 *
 * Fails as `Companies.list` does, and with `InvalidRequest` when it is given a `companyId`. With `invalid: "skip"` a
 * connection that cannot be decoded is left out, or a company with all of its connections, where the fault is in the
 * company; a warning says which.
 *
 * **Example** (Whose access is lost)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Connection, Connections } from "effect-codat"
 *
 * const lost = Connections.listAcrossCompanies({ orderBy: "created" }).pipe(
 *   Stream.filter(({ connection }) => Connection.needsReauthorization(connection)),
 *   Stream.runForEach(({ company, connection }) => Effect.log(company.name, connection.platformName))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const listAcrossCompanies = (
  options: ListAcrossCompaniesOptions = {}
): Stream.Stream<CompanyConnection, CodatError, HttpClient.HttpClient | Auth> =>
  companyPages(options).pipe(
    Stream.map(({ pageNumber, results }) =>
      results.flatMap((company) =>
        company.dataConnections.map((connection) => ({ company, connection, pageNumber }))
      )
    ),
    Stream.flatMap(Stream.fromIterable)
  )

const companyPages: (
  options: Companies.ListOptions
) => Stream.Stream<Page<Company>, CodatError, HttpClient.HttpClient | Auth> = List.pages(
  "Connections.listAcrossCompanies",
  Companies.companies
)

// -----------------------------------------------------------------------------
// Waiting
// -----------------------------------------------------------------------------

/**
 * Which connection to wait for, for which status, and for how long.
 *
 * @category models
 * @since 0.1.0
 */
export interface AwaitStatusOptions extends ConnectionOptions {
  /**
   * The status to wait for, or any of several.
   *
   * @default "Linked"
   */
  readonly until?: ConnectionStatus | ReadonlyArray<ConnectionStatus> | undefined
  /**
   * The waits between one reading and the next; its input is the connection as last read. When it ends, so does the
   * waiting.
   *
   * @default 1, 2, 4, 8, 16 and then 30 seconds, each with ±20 % jitter
   */
  readonly schedule?: Schedule.Schedule<unknown, Connection> | undefined
  /**
   * The time limit of the whole wait; `Duration.infinity` is none.
   *
   * @default "10 minutes"
   */
  readonly timeout?: Duration.Input | undefined
}

const awaitRules: Input.Rules<AwaitStatusOptions> = {
  ...connectionRules,
  until: Input.optional(Input.statuses),
  schedule: Input.optional(Input.schedule),
  timeout: Input.optional(Input.duration)
}

/**
 * Waits until a connection has a status, and returns the connection as it then is.
 *
 * **When to use**
 *
 * After {@link create}, while the end user follows the `linkUrl`. Webhooks report the same without a request: see
 * `Webhook`.
 *
 * **Details**
 *
 * Reads the connection at once, and again after each wait, until it has the status. Each reading is one request, sent
 * and retried as {@link get} does: by default one at once, five more within 38 seconds and then one about every 30
 * seconds. Without retries that is 21 to 29 requests for a connection that is not linked within the ten minutes.
 *
 * Fails with `NotFound` when there is no such connection or it is deleted while waiting, and with a `Timeout` whose
 * `bound` is `await` when the timeout passes or the schedule ends first. When a reading fails after its retries, the
 * wait fails with the same error. A status that is not in `until`, such as `Unlinked`, does not end the wait.
 *
 * **Example** (The company has half an hour)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const linked = (companyId: string, connectionId: string) =>
 *   Connections.awaitStatus({ companyId, connectionId, timeout: "30 minutes" }).pipe(
 *     Effect.catchReason("CodatError", "Timeout", () => Effect.succeed(undefined))
 *   )
 * ```
 *
 * **Example** (Ten readings, a minute apart)
 *
 * ```ts
 * import { Duration, Schedule } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const settled = (companyId: string, connectionId: string) =>
 *   Connections.awaitStatus({
 *     companyId,
 *     connectionId,
 *     until: ["Linked", "Deauthorized"],
 *     schedule: Schedule.spaced("1 minute").pipe(Schedule.upTo({ times: 9 })),
 *     timeout: Duration.infinity
 *   })
 * ```
 *
 * @function
 * @category waiting
 * @since 0.1.0
 */
export const awaitStatus: (
  options: AwaitStatusOptions
) => Effect.Effect<Connection, CodatError, HttpClient.HttpClient | Auth> = Poll.operation(
  "Connections.awaitStatus",
  awaitRules,
  ({ companyId, connectionId, schedule, timeout, until }) => {
    const statuses: ReadonlyArray<string | undefined> = [until ?? "Linked"].flat()
    return Poll.until({
      operation: "Connections.awaitStatus",
      path: Endpoint.pathOf(connectionPath, { companyId, connectionId }),
      read: get({ companyId, connectionId }),
      isDone: ({ status }) => status !== undefined && statuses.includes(status),
      statusOf: ({ status = "none" }) => status,
      schedule: schedule ?? Poll.backoff("30 seconds"),
      timeout: Duration.fromInputUnsafe(timeout ?? "10 minutes")
    })
  }
)

/**
 * Which connection to watch, and how often to read it.
 *
 * @category models
 * @since 0.1.0
 */
export interface WatchOptions extends ConnectionOptions {
  /**
   * The waits between one reading and the next, started again at each change; its input is the connection as last read.
   * When it ends, so does the stream.
   *
   * @default from 1 second, doubled up to 5 minutes, each with ±20 % jitter
   */
  readonly schedule?: Schedule.Schedule<unknown, Connection> | undefined
}

/**
 * Streams a connection as it is now, and then each time that it has changed.
 *
 * **When to use**
 *
 * To follow one connection where webhooks cannot be received: webhooks report every connection without a request.
 *
 * **Details**
 *
 * Each reading is one request, made and retried as {@link get} does: one when the stream is first pulled, and one after
 * each wait of the schedule. By default that is about nine within ten minutes of a change and then one every five
 * minutes: a connection that does not change costs about 300 requests a day. Nothing is sent while the stream is not
 * pulled, and what changes and changes back between two readings is not seen.
 *
 * Another `linkUrl` is not a change, because its one-time password can be new in each response. The stream ends when
 * the connection is deleted. It fails with `NotFound` when the first reading finds no such connection, with
 * `InvalidResponse` when a later reading returns another connection, and with any other reason when a reading fails
 * after its retries.
 *
 * **Example** (Logging every status)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const follow = (companyId: string, connectionId: string) =>
 *   Connections.watch({ companyId, connectionId }).pipe(
 *     Stream.map((connection) => connection.status),
 *     Stream.changes,
 *     Stream.runForEach((status) => Effect.log("now", status))
 *   )
 * ```
 *
 * @function
 * @category waiting
 * @since 0.1.0
 */
export const watch = (
  options: WatchOptions
): Stream.Stream<Connection, CodatError, HttpClient.HttpClient | Auth> =>
  Stream.unwrap(
    Effect.map(Call.check("Connections.watch", watchRules, options), () => {
      const { companyId, connectionId, schedule } = options
      const read = get({ companyId, connectionId })
      const seen = (connection: Connection) =>
        Effect.map(Poll.pace(schedule ?? Poll.backoff("5 minutes")), (next): readonly [Connection, Seen] => [
          connection,
          { connection, next }
        ])
      const change = Effect.fnUntraced(function* ({ connection, next }: Seen) {
        let current = connection
        while (yield* next(current)) {
          const found = yield* Effect.catchReason(read, "CodatError", "NotFound", () =>
            Effect.succeed(undefined)
          )
          if (found === undefined) return undefined
          if (!Poll.isSameId(found.id, connection.id)) {
            const path = Endpoint.pathOf(connectionPath, { companyId, connectionId })
            return yield* Poll.otherItem("Connections.watch", path, "connection that was read before")
          }
          if (!isSame(withoutLink(connection), withoutLink(found))) return yield* seen(found)
          current = found
        }
        return undefined
      })
      return Stream.unfold<Seen | undefined, Connection, CodatError, HttpClient.HttpClient | Auth>(
        undefined,
        (last) => (last === undefined ? Effect.flatMap(read, seen) : change(last))
      )
    })
  )

const watchRules: Input.Rules<WatchOptions> = {
  ...connectionRules,
  schedule: Input.optional(Input.schedule)
}

interface Seen {
  readonly connection: Connection
  readonly next: Poll.Pace<Connection>
}

const withoutLink = (connection: Connection) => ({ ...connection, linkUrl: undefined })

// -----------------------------------------------------------------------------
// Writing
// -----------------------------------------------------------------------------

/**
 * Creates a connection in `PendingAuth`. Its `linkUrl` is where the end user authorises it.
 *
 * **Details**
 *
 * The request carries an `Idempotency-Key` that all of its attempts share, so a lost response never leads to a
 * second connection. Fails with `NotFound` when the company does not exist or was deleted, and with
 * `UnprocessableContent` when `idempotencyKey` was used for another body.
 *
 * **Gotchas**
 *
 * The link URL holds a one-time password, so it is `Redacted`: give its value to the end user, and never log it.
 *
 * **Example** (A write that a job can repeat after a crash)
 *
 * ```ts
 * import { Connections } from "effect-codat"
 *
 * const created = Connections.create({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   platformKey: "gbol",
 *   idempotencyKey: "3e1c5b1e-9f0a-4c53-9d4e-0f2b7a6c8d10"
 * })
 * ```
 *
 * @see https://docs.codat.io/using-the-api/write-data/idempotency
 * @function
 * @category writing
 * @since 0.1.0
 */
export const create: (
  options: CreateOptions
) => Effect.Effect<Connection, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Connections.create",
  method: "POST",
  path: "/companies/{companyId}/connections",
  input: { companyId: Input.id, platformKey: Input.platformKey },
  body: ({ platformKey }) => ({ platformKey }),
  output: Connection
})

/**
 * Unlinks a connection: Codat loses its access, and keeps the connection in the list and the data that it has read.
 *
 * **Details**
 *
 * Fails with `NotFound` as {@link get} does, and with `BadRequest` when the connection is neither `Linked` nor
 * `Deauthorized`. Carries an `Idempotency-Key` like {@link create}.
 *
 * **Example** (Unlinking what is linked)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const unlinkAll = (companyId: string) =>
 *   Connections.list({ companyId, query: "status=Linked" }).pipe(
 *     Stream.runForEach(({ id }) => Connections.unlink({ companyId, connectionId: id }))
 *   )
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const unlink: (
  options: UnlinkOptions
) => Effect.Effect<Connection, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Connections.unlink",
  method: "PATCH",
  path: connectionPath,
  input: connectionRules,
  body: () => ({ status: "Unlinked" }),
  output: Connection
})

/**
 * Replaces the third party's credentials of a connection.
 *
 * **Details**
 *
 * The credentials are a flat object of strings, plain or `Redacted`. Fails with `NotFound` as {@link get} does.
 *
 * **Example** (Credentials from the configuration)
 *
 * ```ts
 * import { Config, Effect } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const update = Effect.gen(function* () {
 *   const password = yield* Config.Redacted("SHOP_PASSWORD")
 *   return yield* Connections.updateAuthorization({
 *     companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *     connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
 *     credentials: { username: "shop", password }
 *   })
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const updateAuthorization: (
  options: UpdateAuthorizationOptions
) => Effect.Effect<Connection, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Connections.updateAuthorization",
  method: "PUT",
  path: "/companies/{companyId}/connections/{connectionId}/authorization",
  input: { ...connectionRules, credentials: Input.credentials },
  body: ({ credentials }) => secrets(credentials),
  output: Connection
})

/** Makes each credential a `Redacted`, so that no error quotes it. */
const secrets = (credentials: UpdateAuthorizationOptions["credentials"]) =>
  Object.fromEntries(
    Object.entries(credentials).map(([name, value]) => [
      name,
      Redacted.isRedacted(value) ? value : Redacted.make(value)
    ])
  )

/**
 * Deletes a connection. This cannot be undone.
 *
 * **Details**
 *
 * Fails with `NotFound` when there is no such connection, except when an earlier attempt of the same call may have
 * deleted it.
 *
 * **Example** (Deleting what was never linked)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const deletePending = (companyId: string) =>
 *   Connections.list({ companyId, query: "status=PendingAuth" }).pipe(
 *     Stream.runForEach(({ id }) => Connections.delete({ companyId, connectionId: id }))
 *   )
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
const delete_: (options: ConnectionOptions) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> =
  Call.make({
    operation: "Connections.delete",
    method: "DELETE",
    path: connectionPath,
    input: connectionRules,
    output: Endpoint.nothing
  })

export { delete_ as delete }
