/**
 * What was written to the platforms of a company, and what can be written.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`: with `NotFound` when what an option
 * names does not exist or was deleted. `CodatConfig` and `RetryPolicy` have defaults and are read at each call.
 *
 * @module Pushes
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Stream from "effect/Stream"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import type { DataType } from "./DataType.ts"
import * as Call from "./internal/call/Call.ts"
import * as Input from "./internal/call/Input.ts"
import * as List from "./internal/list/List.ts"
import type { Page, PageSelection, PagingOptions } from "./Page.ts"
import { PushOperation } from "./PushOperation.ts"
import { PushOption } from "./PushOption.ts"
import type { OrderBy, Query } from "./Query.ts"

/**
 * Which writes of a company are listed, and in what order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  /** The company whose writes are listed. */
  readonly companyId: string
  /**
   * Codat's query language, such as `status=Failed && dataType=invoices`, as text or made by `Query`; fewer than 2048
   * characters.
   *
   * @see https://docs.codat.io/using-the-api/querying
   */
  readonly query?: string | Query<PushOperation> | undefined
  /**
   * A field name, with `-` before it for descending order.
   *
   * @see https://docs.codat.io/using-the-api/ordering-results
   */
  readonly orderBy?: OrderBy<PushOperation> | undefined
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
 * One write.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushOperationOptions {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** A UUID, which Codat gives when a record is written. */
  readonly pushOperationKey: string
}

/**
 * A data type of a connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface DataTypeOptions {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The id of the connection, a UUID. */
  readonly connectionId: string
  /** The data type of the records to write, such as `invoices`. */
  readonly dataType: DataType
}

// -----------------------------------------------------------------------------
// All writes
// -----------------------------------------------------------------------------

const pushes: List.List<Filter, PushOperation> = List.make({
  path: "/companies/{companyId}/push",
  filter: {
    companyId: Input.id,
    query: Input.optional(Input.query),
    orderBy: Input.optional(Input.orderBy)
  },
  item: PushOperation,
  id: "pushOperationKey"
})

/**
 * Streams every write of a company, page after page.
 *
 * **Details**
 *
 * Lazy, resumable and retried like `Connections.list`.
 *
 * **Example** (What failed, newest first)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Pushes } from "effect-codat"
 *
 * const failed = Pushes.list({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   query: "status=Failed",
 *   orderBy: "-requestedOnUtc"
 * }).pipe(Stream.map(({ errorMessage, pushOperationKey }) => [pushOperationKey, errorMessage]))
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const list: (
  options: ListOptions
) => Stream.Stream<PushOperation, CodatError, HttpClient.HttpClient | Auth> = List.rows("Pushes.list", pushes)

/**
 * Streams the pages of {@link list}: each page has its `pageNumber`, and `startPage` continues from there.
 *
 * **Example** (Continuing after page 7)
 *
 * ```ts
 * import { Pushes } from "effect-codat"
 *
 * const resumed = Pushes.pages({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002", startPage: 8 })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const pages: (
  options: ListOptions
) => Stream.Stream<Page<PushOperation>, CodatError, HttpClient.HttpClient | Auth> = List.pages(
  "Pushes.pages",
  pushes
)

/**
 * Reads one page of {@link list}.
 *
 * **Example** (The ten newest)
 *
 * ```ts
 * import { Pushes } from "effect-codat"
 *
 * const newest = Pushes.page({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   orderBy: "-requestedOnUtc",
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
) => Effect.Effect<Page<PushOperation>, CodatError, HttpClient.HttpClient | Auth> = List.page(
  "Pushes.page",
  pushes
)

/**
 * Counts the writes of a company, with one request, for a page of one row.
 *
 * **Example** (How many failed)
 *
 * ```ts
 * import { Pushes } from "effect-codat"
 *
 * const failed = Pushes.count({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   query: "status=Failed"
 * })
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const count: (options: Filter) => Effect.Effect<number, CodatError, HttpClient.HttpClient | Auth> =
  List.count("Pushes.count", pushes)

// -----------------------------------------------------------------------------
// One write
// -----------------------------------------------------------------------------

/**
 * Reads one write.
 *
 * **Details**
 *
 * Fails with `NotFound` when there is no such write.
 *
 * **Example** (The status of a write)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Pushes } from "effect-codat"
 *
 * const status = Pushes.get({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   pushOperationKey: "3e1c5b1e-9f0a-4c53-9d4e-0f2b7a6c8d10"
 * }).pipe(Effect.map((push) => push.status))
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const get: (
  options: PushOperationOptions
) => Effect.Effect<PushOperation, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Pushes.get",
  method: "GET",
  path: "/companies/{companyId}/push/{pushOperationKey}",
  input: { companyId: Input.id, pushOperationKey: Input.id },
  output: PushOperation
})

/**
 * Reads which values a platform accepts when a record of a data type is written to it.
 *
 * **Details**
 *
 * The description covers all levels of the record. Fails with `NotFound` when the company or the connection does not
 * exist.
 *
 * **Example** (What an invoice must have)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Pushes } from "effect-codat"
 *
 * const required = Pushes.options({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
 *   dataType: "invoices"
 * }).pipe(
 *   Effect.map(({ properties = {} }) =>
 *     Object.entries(properties).flatMap(([name, property]) => (property.required ? [name] : []))
 *   )
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const options: (
  options: DataTypeOptions
) => Effect.Effect<PushOption, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Pushes.options",
  method: "GET",
  path: "/companies/{companyId}/connections/{connectionId}/options/{dataType}",
  input: { companyId: Input.id, connectionId: Input.id, dataType: Input.dataType },
  output: PushOption
})
