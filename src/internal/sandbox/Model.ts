/**
 * One connection as Codat would write it in JSON: a property with no value is
 * left out.
 *
 * @since 0.1.0
 */
export interface ConnectionState {
  readonly id: string
  readonly integrationId: string
  readonly integrationKey: string
  readonly sourceId: string
  readonly platformName: string
  readonly linkUrl: string
  readonly status: ConnectionStatus
  readonly lastSync?: string | undefined
  readonly created: string
  readonly sourceType: SourceType
  readonly dataConnectionErrors?: ReadonlyArray<ConnectionErrorState> | undefined
  readonly connectionInfo?: { readonly [key: string]: unknown } | undefined
}

/**
 * The four states Codat documents.
 *
 * @since 0.1.0
 */
export type ConnectionStatus = "PendingAuth" | "Linked" | "Unlinked" | "Deauthorized"

/**
 * The source types Codat documents.
 *
 * @since 0.1.0
 */
export type SourceType = "Accounting" | "Banking" | "BankFeed" | "Commerce" | "Expense" | "Other" | "Unknown"

/**
 * One entry of a connection's `dataConnectionErrors`.
 *
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

/**
 * One company as Codat would write it in JSON, without its `dataConnections`.
 *
 * @since 0.1.0
 */
export interface CompanyState {
  readonly id: string
  readonly name: string
  readonly description?: string | undefined
  readonly redirect: string
  readonly lastSync?: string | undefined
  readonly created: string
  readonly createdByUserName?: string | undefined
  readonly products: ReadonlyArray<string>
  readonly tags: { readonly [key: string]: string }
  readonly referenceSubsidiaryCompanies: ReadonlyArray<never>
}

/** One integration as Codat would write it in JSON. */
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

/**
 * What the router knows a request to be.
 *
 * @since 0.1.0
 */
export type Operation =
  | "Connections.list"
  | "Connections.get"
  | "Connections.create"
  | "Connections.unlink"
  | "Connections.updateAuthorization"
  | "Connections.delete"
  | "Companies.list"
  | "Companies.get"
  | "Companies.create"
  | "Companies.replace"
  | "Companies.update"
  | "Companies.delete"
  | "Integrations.list"
  | "Integrations.get"
  | "Integrations.branding"
