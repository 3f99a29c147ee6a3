/**
 * Companies and connections in Codat's JSON, and the names of the operations that are served.
 */
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Must from "./Must.ts"

const statuses = ["PendingAuth", "Linked", "Unlinked", "Deauthorized"] as const

const sourceTypes = ["Accounting", "Banking", "BankFeed", "Commerce", "Expense", "Other", "Unknown"] as const

/**
 * One connection as in Codat's JSON, with its link redacted. Properties without a value are left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectionState {
  readonly id: string
  readonly integrationId: string
  readonly integrationKey: string
  readonly sourceId: string
  readonly platformName: string
  /** Holds a password that works once. */
  readonly linkUrl: Redacted.Redacted<string>
  readonly status: ConnectionStatus
  readonly lastSync?: string | undefined
  readonly created: string
  readonly sourceType: SourceType
  readonly dataConnectionErrors?: ReadonlyArray<ConnectionErrorState> | undefined
  readonly connectionInfo?: { readonly [key: string]: unknown } | undefined
}

/** A connection as it is stored and sent, with its link in plain text. */
export interface ConnectionJson extends Omit<ConnectionState, "linkUrl"> {
  readonly linkUrl: string
}

/** A connection as a control shows it. */
export const connectionState = (connection: ConnectionJson): ConnectionState => ({
  ...connection,
  linkUrl: Redacted.make(connection.linkUrl, { label: "linkUrl" })
})

/**
 * The four statuses that Codat documents.
 *
 * @category models
 * @since 0.1.0
 */
export type ConnectionStatus = (typeof statuses)[number]

/**
 * The source types that Codat documents.
 *
 * @category models
 * @since 0.1.0
 */
export type SourceType = (typeof sourceTypes)[number]

/**
 * One entry of a connection's `dataConnectionErrors`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectionErrorState {
  readonly statusCode: string
  readonly statusText: string
  readonly errorMessage: string
  readonly erroredOnUtc: string
  readonly status?: "Active" | "Resolved" | undefined
  readonly resolvedOnUtc?: string | undefined
}

const ConnectionError = Schema.Struct({
  statusCode: Schema.String,
  statusText: Schema.String,
  errorMessage: Schema.String,
  erroredOnUtc: Schema.String,
  status: Schema.optional(Schema.Literals(["Active", "Resolved"])),
  resolvedOnUtc: Schema.optional(Schema.String)
} satisfies Must.Fields<ConnectionErrorState>)

export const Connection: Schema.Codec<ConnectionJson, unknown> = Must.open({
  id: Schema.String,
  integrationId: Schema.String,
  integrationKey: Schema.String,
  sourceId: Schema.String,
  platformName: Schema.String,
  linkUrl: Schema.String,
  status: Schema.Literals(statuses),
  lastSync: Schema.optional(Schema.String),
  created: Schema.String,
  sourceType: Schema.Literals(sourceTypes),
  dataConnectionErrors: Schema.optional(Schema.Array(ConnectionError)),
  connectionInfo: Schema.optional(Schema.Record(Schema.String, Schema.Unknown))
} satisfies Must.Fields<ConnectionJson>).annotate({ identifier: "Connection" })

/**
 * One company as in Codat's JSON, with its link redacted and without its `dataConnections`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanyState {
  readonly id: string
  readonly name: string
  readonly description?: string | undefined
  /** Where the company's users link their accounts. */
  readonly redirect: Redacted.Redacted<string>
  readonly lastSync?: string | undefined
  readonly created: string
  readonly createdByUserName?: string | undefined
  readonly products: ReadonlyArray<string>
  readonly tags: { readonly [key: string]: string }
  readonly ownerUserIds: ReadonlyArray<string>
  readonly referenceSubsidiaryCompanies: ReadonlyArray<never>
}

/** A company as it is stored and sent, with its link in plain text. */
export interface CompanyJson extends Omit<CompanyState, "redirect"> {
  readonly redirect: string
}

export const Company: Schema.Codec<CompanyJson, unknown> = Must.open({
  id: Schema.String,
  name: Schema.String,
  description: Schema.optional(Schema.String),
  redirect: Schema.String,
  lastSync: Schema.optional(Schema.String),
  created: Schema.String,
  createdByUserName: Schema.optional(Schema.String),
  products: Schema.Array(Schema.String),
  tags: Schema.Record(Schema.String, Schema.String),
  ownerUserIds: Schema.Array(Schema.String),
  referenceSubsidiaryCompanies: Schema.Array(Schema.Never)
} satisfies Must.Fields<CompanyJson>).annotate({ identifier: "Company" })

/** A company as a control shows it. */
export const companyState = (company: CompanyJson): CompanyState => ({
  ...company,
  redirect: Redacted.make(company.redirect, { label: "redirect" })
})

/** One integration as in Codat's JSON. */
export interface IntegrationState {
  readonly key: string
  readonly logoUrl: string
  readonly name: string
  readonly enabled: boolean
  readonly sourceId: string
  readonly sourceType: SourceType
  readonly integrationId: string
  readonly isOfflineConnector: boolean
  readonly isBeta: boolean
  readonly dataProvidedBy: string
  readonly datatypeFeatures: ReadonlyArray<{
    readonly datatype: string
    readonly supportedFeatures: ReadonlyArray<{ readonly featureType: string; readonly featureState: string }>
  }>
}

/** The operations that are served. */
export const operations = [
  "ApiKeys.create",
  "ApiKeys.delete",
  "ApiKeys.list",
  "Client.corsOrigins",
  "Client.profile",
  "Client.setCorsOrigins",
  "Client.updateProfile",
  "Companies.accessToken",
  "Companies.create",
  "Companies.delete",
  "Companies.get",
  "Companies.list",
  "Companies.replace",
  "Companies.update",
  "Connections.create",
  "Connections.delete",
  "Connections.get",
  "Connections.list",
  "Connections.unlink",
  "Connections.updateAuthorization",
  "CustomData.configuration",
  "CustomData.configure",
  "CustomData.records",
  "CustomData.refresh",
  "Data.history",
  "Data.operation",
  "Data.refresh",
  "Data.refreshAll",
  "Data.status",
  "Data.validation",
  "Integrations.branding",
  "Integrations.get",
  "Integrations.list",
  "Products.add",
  "Products.refresh",
  "Products.remove",
  "Pushes.get",
  "Pushes.list",
  "Pushes.options",
  "SupplementalData.configure",
  "SupplementalData.get",
  "SyncSettings.get",
  "SyncSettings.getDefaults",
  "SyncSettings.set",
  "SyncSettings.setDefaults",
  "WebhookConsumers.create",
  "WebhookConsumers.delete",
  "WebhookConsumers.list",
  "WebhookConsumers.rotateZapierKey"
] as const

/**
 * The operation that a request belongs to, by its method and route.
 *
 * @category models
 * @since 0.1.0
 */
export type Operation = (typeof operations)[number]

/** The kinds of faults. */
export type FaultKind =
  | "status"
  | "html"
  | "reset"
  | "latency"
  | "stall"
  | "truncated"
  | "malformed"
  | "contentType"
