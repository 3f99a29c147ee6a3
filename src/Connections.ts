/**
 * Codat's connection API: each endpoint an Effect, the list a Stream.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`.
 * `CodatConfig` and `RetryPolicy` have defaults and are read at each call.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import { Connection } from "./Connection.ts"
import { connectionOf, connectionPath, endpoint } from "./internal/ConnectionGet.ts"
import * as Endpoint from "./internal/Endpoint.ts"
import * as Input from "./internal/Input.ts"
import * as List from "./internal/List.ts"
import * as Pipeline from "./internal/Pipeline.ts"
import { write } from "./internal/Write.ts"
import * as Page from "./Page.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * Which connections of a company are listed, and in what order.
 *
 * @since 0.1.0
 */
export interface Filter {
  /** The company whose connections are listed. */
  readonly companyId: string
  /**
   * Codat's query language, such as `status=Linked && sourceType=Accounting`;
   * fewer than 2048 characters.
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
   * Connections on a page, from 1 to 5000.
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
 * One connection of a company.
 *
 * @since 0.1.0
 */
export interface ConnectionOptions {
  readonly companyId: string
  readonly connectionId: string
}

/**
 * A new connection.
 *
 * @since 0.1.0
 */
export interface CreateOptions extends Endpoint.WriteOptions {
  readonly companyId: string
  /** The platform to connect to: four lower-case letters, such as `gbol`. */
  readonly platformKey: string
}

/**
 * The connection to unlink.
 *
 * @since 0.1.0
 */
export interface UnlinkOptions extends ConnectionOptions, Endpoint.WriteOptions {}

/**
 * The connection whose credentials change, and the credentials.
 *
 * @since 0.1.0
 */
export interface UpdateAuthorizationOptions extends ConnectionOptions {
  /**
   * The third party's credentials by name. No error, span or log line of this library quotes them; from what Codat
   * answers, those of four characters and more are taken out.
   */
  readonly credentials: Readonly<Record<string, Endpoint.Credential>>
}

const companyOf = { companyId: Input.id }

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const connections: List.Description<PageOptions, ListOptions, Connection> = {
  input: {
    ...companyOf,
    query: Input.optional(Input.query),
    orderBy: Input.optional(Input.orderBy),
    ...List.paged
  },
  path: ({ companyId }) => Endpoint.path`/companies/${companyId}/connections`,
  query: ({ orderBy, query }) => [
    ["query", query],
    ["orderBy", orderBy]
  ],
  one: ({ companyId, orderBy, pageSize, query }, page) => ({ companyId, query, orderBy, page, pageSize }),
  page: Page.make(Connection),
  item: Connection
}

/**
 * Streams every connection of a company, page after page.
 *
 * **When to use**
 *
 * The way to read a list of any length: in memory are the page that is being
 * read and those that `concurrency` asks for ahead of it. To resume after a
 * crash, use {@link pages} and store `pageNumber`.
 *
 * **Details**
 *
 * Nothing is sent before the stream is pulled, and a page is fetched only when
 * the one before it is used up, unless `concurrency` asks for pages ahead.
 * Each page is retried by itself. Beside the reasons that any request can have,
 * fails with `Pagination` when pages do not advance and with `InvalidResponse`,
 * naming page, row and path, when a row cannot be decoded (or, with
 * `invalid: "skip"`, logs a warning and leaves the row out).
 *
 * **Example** (Names of the linked platforms)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const names = Connections.list({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Stream.filter((connection) => connection.status === "Linked"),
 *   Stream.map((connection) => connection.platformName)
 * )
 * ```
 *
 * @see https://docs.codat.io/using-the-api/paging
 * @since 0.1.0
 */
export const list = List.rows("Connections.list", connections)

/**
 * Streams the pages of a company's connections.
 *
 * **When to use**
 *
 * Use instead of {@link list} when progress is stored: a page says its
 * `pageNumber`, and `startPage` goes on from there.
 *
 * **Example** (Going on after page 7)
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
 * @since 0.1.0
 */
export const pages = List.pages("Connections.pages", connections)

/**
 * Reads one page of a company's connections, and fails as {@link get} does.
 *
 * @since 0.1.0
 */
export const page = List.page("Connections.page", connections)

const total = List.count("Connections.count", connections)

/**
 * Counts a company's connections, in one request for a page of one.
 *
 * **Details**
 *
 * Fails with `InvalidResponse` when the answer has no `totalResults`.
 *
 * @since 0.1.0
 */
export const count = (options: Filter): Effect.Effect<number, CodatError, HttpClient.HttpClient | Auth> =>
  total(options)

/**
 * Reads one connection.
 *
 * **Details**
 *
 * Fails with `NotFound` when the company or the connection does not exist or
 * was deleted.
 *
 * **Example** (Is it linked yet?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const isLinked = (companyId: string, connectionId: string) =>
 *   Connections.get({ companyId, connectionId }).pipe(
 *     Effect.map((connection) => connection.status === "Linked")
 *   )
 * ```
 *
 * @since 0.1.0
 */
export const get = Pipeline.operation(endpoint)

export { type CompanyConnection, type ListAllOptions, listAll } from "./internal/ListAll.ts"
export { type AwaitStatusOptions, awaitStatus, type WatchOptions, watch } from "./internal/Watch.ts"

// -----------------------------------------------------------------------------
// Writing
// -----------------------------------------------------------------------------

/**
 * Creates a connection in `PendingAuth`. Its `linkUrl` is where the end user
 * authorises it.
 *
 * **Details**
 *
 * The request carries an `Idempotency-Key` that all of its attempts share, so
 * a response lost on the way never makes a second connection. Fails with
 * `UnprocessableContent` when `idempotencyKey` was used for another body.
 *
 * **Gotchas**
 *
 * The link URL holds a one-time password: do not log it.
 *
 * **Example** (A write that a crashed job can go on with)
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
 * @since 0.1.0
 */
export const create = write<CreateOptions, Connection>({
  operation: "Connections.create",
  method: "POST",
  input: {
    ...companyOf,
    platformKey: Input.platformKey,
    idempotencyKey: Input.optional(Input.idempotencyKey)
  },
  path: ({ companyId }) => Endpoint.path`/companies/${companyId}/connections`,
  body: ({ platformKey }) => ({ platformKey }),
  output: Endpoint.json(Connection)
})

/**
 * Unlinks a connection: Codat loses its access but keeps the connection listed
 * and the data it has.
 *
 * **Details**
 *
 * Fails with `BadRequest` when the connection is neither `Linked` nor
 * `Deauthorized`. Carries an `Idempotency-Key` like {@link create}.
 *
 * @since 0.1.0
 */
export const unlink = write<UnlinkOptions, Connection>({
  operation: "Connections.unlink",
  method: "PATCH",
  input: { ...connectionOf, idempotencyKey: Input.optional(Input.idempotencyKey) },
  path: connectionPath,
  body: () => ({ status: "Unlinked" }),
  output: Endpoint.json(Connection)
})

/**
 * Replaces the third party's credentials of a connection.
 *
 * **Details**
 *
 * The credentials are a flat object of strings, plain or `Redacted`.
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
 * @since 0.1.0
 */
export const updateAuthorization = Pipeline.operation<UpdateAuthorizationOptions, Connection>({
  operation: "Connections.updateAuthorization",
  method: "PUT",
  input: { ...connectionOf, credentials: Input.credentials },
  path: (options) => `${connectionPath(options)}/authorization`,
  body: ({ credentials }) =>
    Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, plain(value)])),
  secrets: ({ credentials }) => Object.values(credentials).map(plain),
  output: Endpoint.json(Connection)
})

const plain = (credential: Endpoint.Credential): string =>
  Redacted.isRedacted(credential) ? Redacted.value(credential) : credential

const delete_ = Pipeline.operation<ConnectionOptions, void>({
  operation: "Connections.delete",
  method: "DELETE",
  input: connectionOf,
  path: connectionPath,
  output: Endpoint.nothing
})

export {
  /**
   * Deletes a connection. This cannot be undone.
   *
   * **Details**
   *
   * Fails with `NotFound` when there is no such connection, except when an
   * earlier attempt of the same call may have deleted it.
   *
   * @since 0.1.0
   */
  delete_ as delete
}
