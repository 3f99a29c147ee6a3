/** The kinds of rows that commands show, and how a model becomes one. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Company, Connection, DataStatus, Integration, PullOperation, WebhookConsumer } from "effect-codat"
import type * as Output from "./Output.ts"

const connectionFields = [
  "id",
  "integrationId",
  "integrationKey",
  "sourceId",
  "sourceType",
  "platformName",
  "linkUrl",
  "status",
  "lastSync",
  "created",
  "dataConnectionErrors",
  "connectionInfo"
]

export const connection: Output.Kind = {
  fields: connectionFields,
  columns: ["id", "platformName", "status", "sourceType"]
}

/** A connection in a list of several companies' connections. */
export const companyConnection: Output.Kind = {
  fields: ["companyId", "companyName", ...connectionFields],
  columns: ["id", "companyName", "platformName", "status"]
}

export const company: Output.Kind = {
  fields: [
    "id",
    "name",
    "description",
    "redirect",
    "lastSync",
    "created",
    "createdByUserName",
    "products",
    "tags",
    "ownerUserIds",
    "referenceParentCompany",
    "referenceSubsidiaryCompanies",
    "dataConnections"
  ],
  columns: ["id", "name", "lastSync"]
}

export const integration: Output.Kind = {
  fields: [
    "key",
    "name",
    "logoUrl",
    "enabled",
    "sourceId",
    "sourceType",
    "integrationId",
    "isOfflineConnector",
    "isBeta",
    "dataProvidedBy",
    "datatypeFeatures"
  ],
  columns: ["key", "name", "sourceType", "enabled", "isBeta", "isOfflineConnector"]
}

/** A read of a data type. */
export const read: Output.Kind = {
  fields: [
    "id",
    "companyId",
    "connectionId",
    "dataType",
    "status",
    "statusDescription",
    "errorMessage",
    "requested",
    "completed",
    "progress",
    "isCompleted",
    "isErrored"
  ],
  columns: ["dataType", "status", "requested", "errorMessage"]
}

export const dataStatus: Output.Kind = {
  fields: ["dataType", "currentStatus", "lastSuccessfulSync", "latestSyncId", "latestSuccessfulSyncId"],
  columns: ["dataType", "currentStatus", "lastSuccessfulSync"]
}

export const consumer: Output.Kind = {
  fields: ["id", "url", "disabled", "eventTypes", "companyTags"],
  columns: ["id", "url", "disabled", "eventTypes"]
}

/** Rows without a model here, so any field may be named. */
export const anything = (...columns: ReadonlyArray<string>): Output.Kind => ({ fields: [], columns })

// Encoding cannot fail: these values were decoded from Codat's JSON.
const encoder =
  <A, I extends object>(schema: Schema.Codec<A, I>) =>
  (value: A): Effect.Effect<Output.Row> =>
    Effect.map(Effect.orDie(Schema.encodeEffect(schema)(value)), (encoded) =>
      Object.fromEntries<unknown>(Object.entries(encoded))
    )

/** Makes rows of a list's items a page at a time, so that the rows of a page are also written at once. */
export const each =
  <A>(toRow: (item: A) => Effect.Effect<Output.Row>) =>
  <E, R>(items: Stream.Stream<A, E, R>): Stream.Stream<Output.Row, E, R> =>
    Stream.mapArrayEffect(items, (some) => Effect.forEach(some, toRow))

export const fromConnection = encoder(Connection.Connection)
export const fromCompany = encoder(Company.Company)
export const fromIntegration = encoder(Integration.Integration)
export const fromRead = encoder(PullOperation.PullOperation)
export const fromDataStatus = encoder(DataStatus.DataStatus)
export const fromConsumer = encoder(WebhookConsumer.WebhookConsumer)
