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
  /** The id of the connection, a UUID. */
  readonly id: string
  /** Codat's id for the integration, a UUID. */
  readonly integrationId: string
  /** Four letters that identify the platform. */
  readonly integrationKey: string
  /** Codat's id for the source, a UUID. */
  readonly sourceId: string
  /** The platform's name, to show to people. */
  readonly platformName: string
  /** Holds a password that works once. */
  readonly linkUrl: Redacted.Redacted<string>
  /** Whether the company has given access to its data. */
  readonly status: ConnectionStatus
  /** When data was last fetched, in ISO 8601; left out before the first time. */
  readonly lastSync?: string | undefined
  /** When the connection was created, in ISO 8601. */
  readonly created: string
  /** The kind of platform, such as `Accounting` or `Banking`. */
  readonly sourceType: SourceType
  /** Errors of the connection, also those that are resolved. */
  readonly dataConnectionErrors?: ReadonlyArray<ConnectionErrorState> | undefined
  /** What the platform says about the connection, in any form. */
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
  /** The HTTP status code of the source, as text. */
  readonly statusCode: string
  /** The source's text for that status. */
  readonly statusText: string
  /** The error in words. */
  readonly errorMessage: string
  /** When it happened, in ISO 8601. */
  readonly erroredOnUtc: string
  /** Left out when the error is not a transient one. */
  readonly status?: "Active" | "Resolved" | undefined
  /** When it was resolved, in ISO 8601. */
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
  /** The id of the company, a UUID. */
  readonly id: string
  /** The name of the company, to show to people. */
  readonly name: string
  /** Your own text about the company, such as your reference for it. */
  readonly description?: string | undefined
  /** Where the company's users link their accounts. */
  readonly redirect: Redacted.Redacted<string>
  /** When data of any connection was last fetched, in ISO 8601; left out before the first time. */
  readonly lastSync?: string | undefined
  /** When the company was created, in ISO 8601. */
  readonly created: string
  /** Who created the company. */
  readonly createdByUserName?: string | undefined
  /** Codat's products that are enabled for the company, such as `lending`. */
  readonly products: ReadonlyArray<string>
  /** Your own labels for the company, by name. */
  readonly tags: { readonly [key: string]: string }
  /** The ids of the users who own the company. */
  readonly ownerUserIds: ReadonlyArray<string>
  /** Always empty: companies of the sandbox have no subsidiaries. */
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
