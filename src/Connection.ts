/**
 * The models: a company's connection to a source of its data, and the errors that Codat met while it used one.
 *
 * Decoding accepts what either of two documents of Codat's allows: its OpenAPI specification, which requires `status`,
 * `created` and `sourceType` and lets `lastSync`, `dataConnectionErrors` and `connectionInfo` be null, and its 2021
 * document, where all of these may be null or absent.
 *
 * @module Connection
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import * as OpenEnum from "./internal/model/OpenEnum.ts"
import { Secret } from "./internal/model/Secret.ts"
import type { Encoded, Unrecognized } from "./Model.ts"

const statuses = ["PendingAuth", "Linked", "Unlinked", "Deauthorized"] as const

const sourceTypes = ["Accounting", "Banking", "BankFeed", "Commerce", "Expense", "Other", "Unknown"] as const

const errorStatuses = ["Active", "Resolved"] as const

/**
 * A status that this version knows.
 *
 * **When to use**
 *
 * To keep a table of all statuses, such as a `Record<KnownStatus, string>` of labels.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownStatus = (typeof statuses)[number]

/**
 * Whether the company has given Codat access to its data.
 *
 * **When to use**
 *
 * Only a `Linked` connection can be read from.
 *
 * **Details**
 *
 * - `PendingAuth`: made, and waiting for the company to follow its `linkUrl`.
 * - `Linked`: authorised.
 * - `Unlinked`: access taken back through Codat, by `Connections.unlink` or the portal.
 * - `Deauthorized`: access lost at the source.
 *
 * Any other text is `Model.Unrecognized`. The values are those of Codat's OpenAPI specification.
 *
 * **Example** (Every status, and those to come)
 *
 * ```ts
 * import type { Connection, Model } from "effect-codat"
 *
 * const describe = (status: Connection.ConnectionStatus): string => {
 *   switch (status) {
 *     case "PendingAuth":
 *       return "waiting for the company"
 *     case "Linked":
 *       return "ready"
 *     case "Unlinked":
 *     case "Deauthorized":
 *       return "no longer readable"
 *     default: {
 *       const unrecognized: Model.Unrecognized = status
 *       return `new to us: ${unrecognized}`
 *     }
 *   }
 * }
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export type ConnectionStatus = KnownStatus | Unrecognized

/**
 * The schema of {@link ConnectionStatus}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const ConnectionStatus: Schema.Codec<ConnectionStatus, string> = OpenEnum.make(statuses)

/**
 * Whether a status is one that this version knows.
 *
 * **When to use**
 *
 * On a {@link ConnectionStatus}, or on text from elsewhere, such as a webhook or a database. It is case-sensitive.
 *
 * **Example** (A label for any status)
 *
 * ```ts
 * import { Connection } from "effect-codat"
 *
 * const labels: Partial<Record<Connection.KnownStatus, string>> = { PendingAuth: "Not linked yet" }
 *
 * const label = (status: Connection.ConnectionStatus): string =>
 *   (Connection.isKnownStatus(status) ? labels[status] : undefined) ?? status
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownStatus: (status: string) => status is KnownStatus = OpenEnum.isKnown(statuses)

/**
 * A source type that this version knows.
 *
 * **When to use**
 *
 * To keep a table of all source types, such as a `Record<KnownSourceType, string>` of labels.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownSourceType = (typeof sourceTypes)[number]

/**
 * The kind of platform a connection reads from.
 *
 * **When to use**
 *
 * To pick the connections of one kind: a company has one active accounting connection, and any number of banking and
 * commerce connections.
 *
 * **Details**
 *
 * `Accounting`, `Banking`, `BankFeed`, `Commerce`, `Expense`, `Other` and `Unknown`, as in Codat's OpenAPI
 * specification; any other text is `Model.Unrecognized`. `Unknown` is a value of Codat's own.
 *
 * **Example** (Banks alone)
 *
 * ```ts
 * import type { Connection } from "effect-codat"
 *
 * const isBank = (connection: Connection.Connection): boolean =>
 *   connection.sourceType === "Banking" || connection.sourceType === "BankFeed"
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export type SourceType = KnownSourceType | Unrecognized

/**
 * The schema of {@link SourceType}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const SourceType: Schema.Codec<SourceType, string> = OpenEnum.make(sourceTypes)

/**
 * Whether a source type is one that this version knows.
 *
 * **When to use**
 *
 * On a {@link SourceType}, or on text from elsewhere. `"Unknown"` is a known one: it is a value of Codat's own.
 *
 * **Example** (Kinds with a label)
 *
 * ```ts
 * import { Connection } from "effect-codat"
 *
 * const labels: Partial<Record<Connection.KnownSourceType, string>> = { BankFeed: "Bank feed" }
 *
 * const label = (sourceType: Connection.SourceType): string =>
 *   (Connection.isKnownSourceType(sourceType) ? labels[sourceType] : undefined) ?? sourceType
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownSourceType: (sourceType: string) => sourceType is KnownSourceType =
  OpenEnum.isKnown(sourceTypes)

/**
 * A state of an error that this version knows.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownDataConnectionErrorStatus = (typeof errorStatuses)[number]

/**
 * The state of a transient error: `Active`, `Resolved`, or any other text, which is `Model.Unrecognized`.
 *
 * @category models
 * @since 0.1.0
 */
export type DataConnectionErrorStatus = KnownDataConnectionErrorStatus | Unrecognized

/**
 * The schema of {@link DataConnectionErrorStatus}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const DataConnectionErrorStatus: Schema.Codec<DataConnectionErrorStatus, string> =
  OpenEnum.make(errorStatuses)

/**
 * Tells a state of an error that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each)
 *
 * ```ts
 * import { Connection } from "effect-codat"
 *
 * const label = (status: Connection.DataConnectionErrorStatus): string =>
 *   Connection.isKnownDataConnectionErrorStatus(status) ? status : `new to us: ${status}`
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownDataConnectionErrorStatus: (status: string) => status is KnownDataConnectionErrorStatus =
  OpenEnum.isKnown(errorStatuses)

/**
 * An error that Codat met while it used a connection.
 *
 * **When to use**
 *
 * To show why a connection has stopped working. These are facts about the source; an operation of this library that
 * fails does so with a `CodatError`.
 *
 * **Details**
 *
 * Codat's OpenAPI specification requires none of the properties. One that is null or absent there is absent here.
 *
 * @category models
 * @since 0.1.0
 */
export interface DataConnectionError {
  /** The HTTP status code that the source answered with, as text. */
  readonly statusCode?: string | undefined
  /** The source's text for that status. */
  readonly statusText?: string | undefined
  /** Codat's description of the error. */
  readonly errorMessage?: string | undefined
  /** When it happened. */
  readonly erroredOnUtc?: DateTime.Utc | undefined
  /** Absent when the error is not a transient one. */
  readonly status?: DataConnectionErrorStatus | undefined
  /** When it was resolved. */
  readonly resolvedOnUtc?: DateTime.Utc | undefined
}

/**
 * The schema of {@link DataConnectionError}.
 *
 * @category models
 * @since 0.1.0
 */
export const DataConnectionError: Schema.Codec<
  DataConnectionError,
  Encoded<DataConnectionError>
> = Schema.Struct({
  statusCode: Nullish.optional(Schema.String),
  statusText: Nullish.optional(Schema.String),
  errorMessage: Nullish.optional(Schema.String),
  erroredOnUtc: Nullish.optional(UtcFromString),
  status: Nullish.optional(DataConnectionErrorStatus),
  resolvedOnUtc: Nullish.optional(UtcFromString)
})

/**
 * A company's connection to a source of its data.
 *
 * **Details**
 *
 * `id`, `integrationId`, `sourceId`, `platformName` and `linkUrl` are always there. Every other property may be
 * absent: Codat's OpenAPI specification requires some of them, but Codat's 2021 document lets them all be null. Dates
 * are to the millisecond: Codat sends up to seven digits of a fraction, and those after the third are dropped.
 *
 * **Example** (Connections without recent data)
 *
 * ```ts
 * import type { Connection } from "effect-codat"
 * import { DateTime } from "effect"
 *
 * const quietSince = (date: DateTime.Utc) => (connection: Connection.Connection): boolean =>
 *   connection.status === "Linked" &&
 *   (connection.lastSync === undefined || DateTime.isLessThan(connection.lastSync, date))
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface Connection {
  /** The id of the connection, a UUID. */
  readonly id: string
  /** Codat's id for the integration, a UUID. */
  readonly integrationId: string
  /** Four letters that identify the platform. They stay the same when its name changes. */
  readonly integrationKey?: string | undefined
  /** Codat's id for the source, a UUID. */
  readonly sourceId: string
  /** The kind of platform, such as `Accounting` or `Banking`. */
  readonly sourceType?: SourceType | undefined
  /** The platform's name, to show to people. */
  readonly platformName: string
  /**
   * The page where the company gives its consent. It can contain a one-time password, so it is not shown when it is
   * printed. Get the text with `Redacted.value` to give it to the company, and never log it.
   */
  readonly linkUrl: Redacted.Redacted<string>
  /** Whether the company has given Codat access to its data: only a `Linked` connection can be read from. */
  readonly status?: ConnectionStatus | undefined
  /** When data was last fetched; absent before the first time. */
  readonly lastSync?: DateTime.Utc | undefined
  /** When the connection was created in Codat, not when it was linked. */
  readonly created?: DateTime.Utc | undefined
  /** Errors that Codat met while it used the connection, also those that are resolved. */
  readonly dataConnectionErrors?: ReadonlyArray<DataConnectionError> | undefined
  /** What the platform says about the connection, in a form that Codat does not specify; nulls in it are kept. */
  readonly connectionInfo?: { readonly [key: string]: unknown } | undefined
}

/**
 * The schema of {@link Connection}, from and to Codat's JSON.
 *
 * **When to use**
 *
 * To read or write a connection kept somewhere else: a cache, a queue, a test's fixture. The operations of
 * `Connections` decode by themselves.
 *
 * **Details**
 *
 * Properties not named here are ignored. A `SchemaError` says where the fault is and what was expected there; it does
 * not quote the value, which could be a link with a password in it.
 *
 * **Example** (To JSON and back)
 *
 * ```ts
 * import { Connection } from "effect-codat"
 * import { Schema } from "effect"
 *
 * const Stored = Schema.fromJsonString(Connection.Connection)
 *
 * const write = Schema.encodeEffect(Stored)
 * const read = Schema.decodeEffect(Stored)
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export const Connection: Schema.Codec<Connection, Encoded<Connection>> = Schema.Struct({
  id: Schema.String,
  integrationId: Schema.String,
  integrationKey: Nullish.optional(Schema.String),
  sourceId: Schema.String,
  sourceType: Nullish.optional(SourceType),
  platformName: Schema.String,
  linkUrl: Secret,
  status: Nullish.optional(ConnectionStatus),
  lastSync: Nullish.optional(UtcFromString),
  created: Nullish.optional(UtcFromString),
  dataConnectionErrors: Nullish.optional(Schema.Array(DataConnectionError)),
  connectionInfo: Nullish.optional(Schema.Record(Schema.String, Schema.Unknown))
})

// -----------------------------------------------------------------------------
// Predicates
// -----------------------------------------------------------------------------

/**
 * Whether a connection is `Linked`, and so can be read from.
 *
 * **Example** (Linked connections only)
 *
 * ```ts
 * import { Connection, Connections } from "effect-codat"
 * import { Stream } from "effect"
 *
 * const linked = (companyId: string) =>
 *   Connections.list({ companyId }).pipe(Stream.filter(Connection.isLinked))
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const isLinked = (connection: Connection): boolean => connection.status === "Linked"

/**
 * Whether a connection is `PendingAuth`: created, and waiting for the company to follow its `linkUrl`.
 *
 * **Example** (Companies to remind)
 *
 * ```ts
 * import { Connection, type Company } from "effect-codat"
 *
 * const toRemind = (companies: ReadonlyArray<Company.Company>) =>
 *   companies.filter((company) => company.dataConnections.some(Connection.isPending))
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const isPending = (connection: Connection): boolean => connection.status === "PendingAuth"

/**
 * Whether a connection is `Deauthorized`: access was lost at the source, and the company must give it again by
 * following the connection's `linkUrl`.
 *
 * **Details**
 *
 * `Unlinked` is not one of these: access was taken back on purpose, through Codat. `PendingAuth` is not either: access
 * was never given. An unknown status is not taken for lost access.
 *
 * **Example** (Links to send again)
 *
 * ```ts
 * import { Connection, Connections } from "effect-codat"
 * import { Stream } from "effect"
 *
 * const toSend = (companyId: string) =>
 *   Connections.list({ companyId }).pipe(
 *     Stream.filter(Connection.needsReauthorization),
 *     Stream.map((connection) => connection.linkUrl)
 *   )
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const needsReauthorization = (connection: Connection): boolean => connection.status === "Deauthorized"

/**
 * Whether a connection has an error that is not resolved, as Codat reports it.
 *
 * **Details**
 *
 * An error is resolved when its `status` is `Resolved` or it has a `resolvedOnUtc`. An error without a `status` is not
 * a transient one, and counts as active. A connection can be `Linked` and have an active error.
 *
 * **Example** (Linked, but with trouble)
 *
 * ```ts
 * import { Connection, Connections } from "effect-codat"
 * import { Stream } from "effect"
 *
 * const inTrouble = (companyId: string) =>
 *   Connections.list({ companyId }).pipe(
 *     Stream.filter((one) => Connection.isLinked(one) && Connection.hasActiveError(one))
 *   )
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const hasActiveError = (connection: Connection): boolean =>
  connection.dataConnectionErrors?.some(
    (error) => error.status !== "Resolved" && error.resolvedOnUtc === undefined
  ) ?? false
