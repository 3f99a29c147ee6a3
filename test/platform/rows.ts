/**
 * Every described operation: a call of it, what has to go over the wire, an answer, and what comes of the answer.
 */
import { DateTime, type Effect, Redacted, Stream } from "effect"
import type { HttpClient } from "effect/http"
import {
  ApiKeys,
  type Auth,
  Client,
  type CodatError,
  Companies,
  Connections,
  CustomData,
  Data,
  Integrations,
  Products,
  Pushes,
  SupplementalData,
  SyncSettings,
  WebhookConsumers
} from "effect-codat"
import { companyId, connectionId, guid } from "../support/Fake.ts"

type Needs = HttpClient.HttpClient | Auth.Auth

export interface Row {
  readonly name: string
  /** Streams are read to their end. */
  readonly call: (options: object) => Effect.Effect<unknown, CodatError.CodatError, Needs>
  readonly options: object
  /** The path and the query of the request. */
  readonly url: string
  readonly body?: unknown
  readonly status?: number
  /** What Codat answers; nothing when left out. */
  readonly answer?: unknown
  /** What the call answers, with dates as texts and secrets as their values; the answer itself when left out. */
  readonly value?: unknown
  /** Options that are refused, each with the field at fault. */
  readonly refused: ReadonlyArray<readonly [field: string, options: object]>
  /** An answer that cannot be decoded, and the path of the fault in it. */
  readonly unreadable?: readonly [path: string, answer: unknown]
}

export const secret = "s3cr3t-never-shown"

const uuid = "05a27c8b-8a5c-4b0b-9c8e-0c3f3f2f2a11"
const date = "2022-10-27T09:53:29.000Z"
const none = { value: undefined }

/** Programs in plain JavaScript hand over anything, and the rows of a table have no type in common. */
const loose =
  <Options, A>(call: (options: Options) => Effect.Effect<A, CodatError.CodatError, Needs>): Row["call"] =>
  (options) =>
    call(options as Options)

const drained =
  <Options, A>(call: (options: Options) => Stream.Stream<A, CodatError.CodatError, Needs>): Row["call"] =>
  (options) =>
    Stream.runCollect(call(options as Options))

const without = (options: object, name: string) => ({ ...options, [name]: undefined })

/** What every operation refuses where it has these options. */
const refusals = (options: object, more: Row["refused"] = []): Row["refused"] => [
  ...more,
  ...["companyId", "connectionId", "datasetId", "webhookId", "apiKeyId", "pushOperationKey", "clientId"]
    .filter((name) => name in options)
    .flatMap((name) => ["", "..", 7].map((value) => [name, { ...options, [name]: value }] as const)),
  ...("dataType" in options
    ? ["Invoices", "in voices", "invoices/..", "banking-", "", 7, undefined].map(
        (value) => ["dataType", { ...options, dataType: value }] as const
      )
    : []),
  ...("platformKey" in options
    ? ["GBOL", "gbo", "", 7].map((value) => ["platformKey", { ...options, platformKey: value }] as const)
    : []),
  ...("productIdentifier" in options
    ? ["", "Lending", "a/b", "..", 7].map(
        (value) => ["productIdentifier", { ...options, productIdentifier: value }] as const
      )
    : []),
  ...("customDataIdentifier" in options
    ? ["", "a/b", "..", "a b", 7].map(
        (value) => ["customDataIdentifier", { ...options, customDataIdentifier: value }] as const
      )
    : []),
  ["nonsense", { ...options, nonsense: true }]
]

// -----------------------------------------------------------------------------
// Answers
// -----------------------------------------------------------------------------

const connection = {
  id: connectionId,
  integrationId: "bf083d72-62c7-493e-aec9-81b4dbba7e2c",
  integrationKey: "gbol",
  sourceId: "bdd831ce-eebd-4896-89a7-20e5ee8989ee",
  sourceType: "Accounting",
  platformName: "Xero",
  linkUrl: `https://link-api.codat.io/start?otp=${secret}`,
  status: "Linked",
  created: date
}

const company = {
  id: companyId,
  name: "Bank of Dave",
  redirect: `https://link.codat.io/company?otp=${secret}`,
  created: date,
  ownerUserIds: [uuid],
  tags: { region: "uk" },
  dataConnections: [connection]
}

const integration = { key: "gbol", logoUrl: "https://static.codat.io/logo.png", name: "Xero", enabled: true }

const operation = {
  id: uuid,
  companyId,
  connectionId,
  dataType: "invoices",
  status: "FetchError",
  statusDescription: "Paused",
  errorMessage: "The platform is away.",
  requested: date,
  completed: date,
  progress: 10,
  isCompleted: false,
  isErrored: true
}

const status = {
  invoices: {
    dataType: "invoices",
    currentStatus: "Complete",
    lastSuccessfulSync: date,
    latestSyncId: uuid,
    latestSuccessfulSyncId: uuid
  },
  "banking-accounts": { dataType: "banking-accounts", currentStatus: "AStatusToCome" }
}

const validation = {
  errors: [{ ruleId: "r1", itemId: "i1", message: "no name", validatorName: "Names" }],
  warnings: []
}

const consumer = {
  id: uuid,
  url: "https://example.com/codat",
  disabled: false,
  eventTypes: ["connection.connected"],
  companyTags: ["region:uk"]
}

const setting = {
  dataType: "invoices",
  fetchOnFirstLink: true,
  syncSchedule: 24,
  syncOrder: 0,
  syncFromUtc: date,
  syncFromWindow: 24,
  monthsToSync: 24,
  isLocked: false
}

const settingOption = { ...setting, syncFromUtc: DateTime.makeUnsafe(date) }

const push = {
  pushOperationKey: uuid,
  companyId,
  dataConnectionKey: connectionId,
  dataType: "invoices",
  status: "Failed",
  statusCode: 400,
  requestedOnUtc: date,
  completedOnUtc: date,
  timeoutInMinutes: 5,
  errorMessage: "no name",
  validation: { errors: [{ itemId: "i1", message: "no name" }], warnings: [] },
  changes: [{ type: "Created", recordRef: { id: "i1", dataType: "invoices" }, attachmentId: "a1" }]
}

const option = {
  type: "Object",
  displayName: "Invoice",
  description: "An invoice",
  required: true,
  properties: {
    lines: {
      type: "Array",
      displayName: "Lines",
      required: false,
      properties: {
        tax: {
          type: "Object",
          displayName: "Tax",
          required: true,
          properties: { rate: { type: "Number", displayName: "Rate", required: true } }
        }
      },
      options: [{ value: "a", type: "String", displayName: "A", required: false }],
      validation: { warnings: [{ field: "lines", details: "at least one" }], information: [] }
    }
  }
}

const apiKey = { id: uuid, name: "nightly import", apiKey: secret, createdDate: date }

const profile = {
  name: "Bob's Burgers",
  redirectUrl: "https://bobs-burgers.{countrySuffix}/{companyId}",
  logoUrl: "https://client-images.codat.io/logo.png",
  iconUrl: "https://client-images.codat.io/icon.ico",
  whiteListUrls: ["https://bobs-burgers.com"],
  apiKey: secret,
  confirmCompanyName: true
}

const configuration = {
  dataSource: "api/purchaseOrders",
  requiredData: { currency: "$[*].currencyCode" },
  keyBy: ["$[*].id"],
  sourceModifiedDate: ["$[*].lastModifiedDateTime"]
}

const record = { id: "r1", content: { currency: "GBP", gone: null }, modifiedDate: { modifiedDate: date } }

const supplemental = {
  supplementalDataConfig: {
    orders: { dataSource: "/orders", pullData: { orderNumber: "order_num" }, pushData: { note: "memo" } }
  }
}

const pageOf = (item: object, isLinked = true) => ({
  results: [item],
  pageNumber: 1,
  pageSize: 100,
  totalResults: 1,
  ...(isLinked ? { _links: { self: { href: "/" }, current: { href: "/?page=1" } } } : {})
})

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

const ofCompany = { companyId }
const ofConnection = { companyId, connectionId }
const ofDataset = { companyId, datasetId: uuid }
const ofProduct = { companyId, productIdentifier: "bank-feeds" }
const ofPlatform = { platformKey: "gbol" }
const ofCustom = { platformKey: "trji", customDataIdentifier: "DynamicsPurchaseOrders" }
const ofRecords = { companyId, connectionId, customDataIdentifier: "DynamicsPurchaseOrders" }
const ofSupplemental = { platformKey: "gbol", dataType: "commerce-orders" }
const keyed = { idempotencyKey: guid }

const company_ = `/companies/${companyId}`
const connection_ = `${company_}/connections/${connectionId}`
const query = "?query=status%3DFailed&orderBy=-created"

const badKey = (options: object): Row["refused"] => [
  ["idempotencyKey", { ...options, idempotencyKey: "not a GUID" }]
]

/** The functions of a list. */
const listRows = (
  names: { readonly list: string; readonly pages: string; readonly page: string; readonly count?: string },
  calls: {
    readonly list: Row["call"]
    readonly pages: Row["call"]
    readonly page: Row["call"]
    readonly count?: Row["call"]
  },
  of: { readonly options: object; readonly url: string; readonly item: object; readonly hasQuery?: boolean }
): ReadonlyArray<Row> => {
  const { hasQuery = true, item, options, url } = of
  const given = hasQuery ? { ...options, query: "status=Failed", orderBy: "-created" } : options
  const search = hasQuery ? query : ""
  const and = hasQuery ? "&" : "?"
  const answer = pageOf(item, hasQuery)
  const bad: Row["refused"] = hasQuery
    ? [
        ["query", { ...given, query: "x".repeat(2048) }],
        ["orderBy", { ...given, orderBy: "a b" }]
      ]
    : []
  const ofStreams: Row["refused"] = [
    ...bad,
    ["startPage", { ...given, startPage: 0 }],
    ["pageSize", { ...given, pageSize: 5001 }],
    ["concurrency", { ...given, concurrency: 0 }],
    ["invalid", { ...given, invalid: "ignore" }]
  ]
  const unreadable = ["results", { results: 7 }] as const
  return [
    {
      name: names.list,
      call: calls.list,
      options: { ...given, pageSize: 100 },
      url: `${url}${search}${and}page=1&pageSize=100`,
      answer,
      value: [item],
      refused: refusals(given, ofStreams),
      unreadable
    },
    {
      name: names.pages,
      call: calls.pages,
      options: given,
      url: `${url}${search}${and}page=1`,
      answer,
      value: [answer],
      refused: refusals(given, ofStreams),
      unreadable
    },
    {
      name: names.page,
      call: calls.page,
      options: { ...given, page: 1, pageSize: 100 },
      url: `${url}${search}${and}page=1&pageSize=100`,
      answer,
      refused: refusals(given, [
        ...bad,
        ["page", { ...given, page: 0 }],
        ["pageSize", { ...given, pageSize: 0 }]
      ]),
      unreadable
    },
    ...(names.count === undefined || calls.count === undefined
      ? []
      : [
          {
            name: names.count,
            call: calls.count,
            options: given,
            url: `${url}?page=1&pageSize=1${search.replace("?", "&")}`,
            answer,
            value: 1,
            refused: refusals(given, bad),
            unreadable: ["totalResults", { results: [] }] as const
          }
        ])
  ]
}

// -----------------------------------------------------------------------------
// The table
// -----------------------------------------------------------------------------

const settingsOptions = { settings: [settingOption], overridesDefaults: true, ...keyed }

const badSettings = (options: object): Row["refused"] => [
  ["settings", { ...options, settings: [] }],
  ["settings", without(options, "settings")],
  ["settings[0]", { ...options, settings: [7] }],
  [
    "settings[1].dataType",
    { ...options, settings: [settingOption, { ...settingOption, dataType: "Bills" }] }
  ],
  ["settings[0].fetchOnFirstLink", { ...options, settings: [{ ...settingOption, fetchOnFirstLink: 1 }] }],
  ["settings[0].syncSchedule", { ...options, settings: [{ ...settingOption, syncSchedule: 0.5 }] }],
  ["settings[0].syncOrder", { ...options, settings: [{ ...settingOption, syncOrder: -1 }] }],
  ["settings[0].syncFromUtc", { ...options, settings: [{ ...settingOption, syncFromUtc: date }] }],
  ["settings[0].syncFromWindow", { ...options, settings: [{ ...settingOption, syncFromWindow: "24" }] }],
  ["settings[0].monthsToSync", { ...options, settings: [{ ...settingOption, monthsToSync: null }] }],
  ["settings[0].isLocked", { ...options, settings: [{ ...settingOption, isLocked: "no" }] }],
  ["settings[0].schedule", { ...options, settings: [{ ...settingOption, schedule: 24 }] }],
  ["overridesDefaults", without(options, "overridesDefaults")],
  ...badKey(options)
]

const credentials = { user: "dave", password: Redacted.make(secret) }
const wiped = Redacted.make(secret)
Redacted.wipeUnsafe(wiped)
const profileOptions = { ...profile, apiKey: Redacted.make(secret) }
const consumerOptions = {
  url: consumer.url,
  eventTypes: consumer.eventTypes,
  companyTags: consumer.companyTags,
  disabled: false,
  ...keyed
}
const details = { name: "Bank of Dave", description: "a bank", tags: { region: "uk" } }

export const rows: ReadonlyArray<Row> = [
  // Connections
  ...listRows(
    {
      list: "Connections.list",
      pages: "Connections.pages",
      page: "Connections.page",
      count: "Connections.count"
    },
    {
      list: drained(Connections.list),
      pages: drained(Connections.pages),
      page: loose(Connections.page),
      count: loose(Connections.count)
    },
    { options: ofCompany, url: `${company_}/connections`, item: connection }
  ),
  {
    name: "Connections.get",
    call: loose(Connections.get),
    options: ofConnection,
    url: connection_,
    answer: connection,
    refused: refusals(ofConnection),
    unreadable: ["linkUrl", { ...connection, linkUrl: 7 }]
  },
  {
    name: "Connections.create",
    call: loose(Connections.create),
    options: { ...ofCompany, platformKey: "gbol", ...keyed },
    url: `${company_}/connections`,
    body: { platformKey: "gbol" },
    answer: connection,
    refused: refusals({ ...ofCompany, platformKey: "gbol" }, badKey({ ...ofCompany, platformKey: "gbol" })),
    unreadable: ["id", { ...connection, id: null }]
  },
  {
    name: "Connections.unlink",
    call: loose(Connections.unlink),
    options: { ...ofConnection, ...keyed },
    url: connection_,
    body: { status: "Unlinked" },
    answer: connection,
    refused: refusals(ofConnection, badKey(ofConnection)),
    unreadable: ["id", { ...connection, id: null }]
  },
  {
    name: "Connections.updateAuthorization",
    call: loose(Connections.updateAuthorization),
    options: { ...ofConnection, credentials },
    url: `${connection_}/authorization`,
    body: { user: "dave", password: secret },
    answer: connection,
    refused: refusals({ ...ofConnection, credentials }, [
      ["credentials", { ...ofConnection, credentials: {} }]
    ]),
    unreadable: ["id", { ...connection, id: null }]
  },
  {
    name: "Connections.delete",
    call: loose(Connections.delete),
    options: ofConnection,
    url: connection_,
    ...none,
    refused: refusals(ofConnection)
  },
  // Companies
  ...listRows(
    { list: "Companies.list", pages: "Companies.pages", page: "Companies.page", count: "Companies.count" },
    {
      list: drained(Companies.list),
      pages: drained(Companies.pages),
      page: loose(Companies.page),
      count: loose(Companies.count)
    },
    { options: {}, url: "/companies", item: company }
  ),
  {
    name: "Companies.get",
    call: loose(Companies.get),
    options: ofCompany,
    url: company_,
    answer: company,
    refused: refusals(ofCompany),
    unreadable: ["dataConnections[0].id", { ...company, dataConnections: [{ ...connection, id: 7 }] }]
  },
  {
    name: "Companies.create",
    call: loose(Companies.create),
    options: { ...details, ...keyed },
    url: "/companies",
    body: details,
    answer: company,
    refused: refusals(details, [
      ["name", { ...details, name: " " }],
      ["tags", { ...details, tags: { "": "a" } }],
      ...badKey(details)
    ]),
    unreadable: ["name", { ...company, name: 7 }]
  },
  {
    name: "Companies.update",
    call: loose(Companies.update),
    options: { ...ofCompany, tags: null, ...keyed },
    url: company_,
    body: { tags: null },
    answer: company,
    refused: refusals(ofCompany, [["description", { ...ofCompany, description: 7 }], ...badKey(ofCompany)]),
    unreadable: ["name", { ...company, name: 7 }]
  },
  {
    name: "Companies.replace",
    call: loose(Companies.replace),
    options: { ...ofCompany, ...details },
    url: company_,
    body: details,
    answer: company,
    refused: refusals({ ...ofCompany, ...details }, [["name", ofCompany]]),
    unreadable: ["name", { ...company, name: 7 }]
  },
  {
    name: "Companies.delete",
    call: loose(Companies.delete),
    options: ofCompany,
    url: company_,
    status: 204,
    ...none,
    refused: refusals(ofCompany)
  },
  {
    name: "Companies.accessToken",
    call: loose(Companies.accessToken),
    options: ofCompany,
    url: `${company_}/accessToken`,
    answer: { accessToken: secret, expiresIn: 86_400, tokenType: "Bearer" },
    refused: refusals(ofCompany),
    unreadable: ["expiresIn", { accessToken: secret, expiresIn: "a day", tokenType: "Bearer" }]
  },
  // Integrations
  ...listRows(
    { list: "Integrations.list", pages: "Integrations.pages", page: "Integrations.page" },
    {
      list: drained(Integrations.list),
      pages: drained(Integrations.pages),
      page: loose(Integrations.page)
    },
    { options: {}, url: "/integrations", item: integration }
  ),
  {
    name: "Integrations.get",
    call: loose(Integrations.get),
    options: ofPlatform,
    url: "/integrations/gbol",
    answer: integration,
    refused: refusals(ofPlatform),
    unreadable: ["enabled", { ...integration, enabled: "yes" }]
  },
  {
    name: "Integrations.branding",
    call: loose(Integrations.branding),
    options: ofPlatform,
    url: "/integrations/gbol/branding",
    answer: {},
    refused: refusals(ofPlatform),
    unreadable: ["logo", { logo: 7 }]
  },
  // Data
  {
    name: "Data.refreshAll",
    call: loose(Data.refreshAll),
    options: { ...ofCompany, ...keyed },
    url: `${company_}/data/all`,
    status: 204,
    ...none,
    refused: refusals(ofCompany, badKey(ofCompany))
  },
  {
    name: "Data.refresh",
    call: loose(Data.refresh),
    options: { ...ofConnection, dataType: "banking-accounts", ...keyed },
    url: `${company_}/data/queue/banking-accounts?connectionId=${connectionId}`,
    answer: operation,
    refused: refusals(
      { ...ofConnection, dataType: "invoices" },
      badKey({ ...ofConnection, dataType: "invoices" })
    ),
    unreadable: ["requested", { ...operation, requested: "yesterday" }]
  },
  {
    name: "Data.status",
    call: loose(Data.status),
    options: ofCompany,
    url: `${company_}/dataStatus`,
    answer: status,
    refused: refusals(ofCompany),
    unreadable: ["invoices.currentStatus", { invoices: { dataType: "invoices" } }]
  },
  ...listRows(
    {
      list: "Data.history",
      pages: "Data.historyPages",
      page: "Data.historyPage",
      count: "Data.historyCount"
    },
    {
      list: drained(Data.history),
      pages: drained(Data.historyPages),
      page: loose(Data.historyPage),
      count: loose(Data.historyCount)
    },
    { options: ofCompany, url: `${company_}/data/history`, item: operation }
  ),
  {
    name: "Data.operation",
    call: loose(Data.operation),
    options: ofDataset,
    url: `${company_}/data/history/${uuid}`,
    answer: operation,
    refused: refusals(ofDataset),
    unreadable: ["progress", { ...operation, progress: "half" }]
  },
  {
    name: "Data.validation",
    call: loose(Data.validation),
    options: ofDataset,
    url: `${company_}/sync/${uuid}/validation`,
    answer: validation,
    refused: refusals(ofDataset),
    unreadable: ["errors[0].message", { errors: [{ message: 7 }] }]
  },
  // WebhookConsumers
  {
    name: "WebhookConsumers.list",
    call: loose(WebhookConsumers.list),
    options: {},
    url: "/webhooks",
    answer: { results: [consumer] },
    value: [consumer],
    refused: refusals({}),
    unreadable: ["results[0].url", { results: [{ url: 7 }] }]
  },
  {
    name: "WebhookConsumers.create",
    call: loose(WebhookConsumers.create),
    options: consumerOptions,
    url: "/webhooks",
    body: {
      url: consumer.url,
      disabled: false,
      eventTypes: consumer.eventTypes,
      companyTags: consumer.companyTags
    },
    status: 201,
    answer: consumer,
    refused: refusals(consumerOptions, [
      ["url", without(consumerOptions, "url")],
      ["url", { ...consumerOptions, url: "example.com" }],
      ["url", { ...consumerOptions, url: "ftp://example.com" }],
      ["eventTypes", { ...consumerOptions, eventTypes: [] }],
      ["eventTypes[1]", { ...consumerOptions, eventTypes: ["company.created", ""] }],
      ["companyTags", { ...consumerOptions, companyTags: Array(11).fill("a:b") }],
      ["companyTags[0]", { ...consumerOptions, companyTags: ["region"] }],
      ["companyTags[0]", { ...consumerOptions, companyTags: [`region:${"x".repeat(128)}`] }],
      ["disabled", { ...consumerOptions, disabled: "no" }],
      ...badKey(consumerOptions)
    ]),
    unreadable: ["eventTypes", { ...consumer, eventTypes: "all" }]
  },
  {
    name: "WebhookConsumers.rotateZapierKey",
    call: loose(WebhookConsumers.rotateZapierKey),
    options: keyed,
    url: "/webhooks/integrationKeys/zapier",
    status: 201,
    answer: { key: secret },
    value: secret,
    refused: refusals({}, badKey({})),
    unreadable: ["key", {}]
  },
  {
    name: "WebhookConsumers.delete",
    call: loose(WebhookConsumers.delete),
    options: { webhookId: uuid },
    url: `/webhooks/${uuid}`,
    status: 204,
    ...none,
    refused: refusals({ webhookId: uuid })
  },
  // Products
  {
    name: "Products.add",
    call: loose(Products.add),
    options: ofProduct,
    url: `${company_}/products/bank-feeds`,
    status: 204,
    ...none,
    refused: refusals(ofProduct)
  },
  {
    name: "Products.remove",
    call: loose(Products.remove),
    options: ofProduct,
    url: `${company_}/products/bank-feeds`,
    status: 204,
    ...none,
    refused: refusals(ofProduct)
  },
  {
    name: "Products.refresh",
    call: loose(Products.refresh),
    options: { ...ofProduct, dataTypes: ["invoices", "bills"], ...keyed },
    url: `${company_}/products/bank-feeds/refresh`,
    body: { dataTypes: ["invoices", "bills"] },
    status: 202,
    ...none,
    refused: refusals(ofProduct, [
      ["dataTypes", { ...ofProduct, dataTypes: [] }],
      ["dataTypes", { ...ofProduct, dataTypes: "invoices" }],
      ["dataTypes[1]", { ...ofProduct, dataTypes: ["invoices", "Bills"] }],
      ...badKey(ofProduct)
    ])
  },
  // SyncSettings
  {
    name: "SyncSettings.get",
    call: loose(SyncSettings.get),
    options: ofCompany,
    url: `${company_}/syncSettings`,
    answer: { companyId, settings: [setting], overridesDefaults: true },
    refused: refusals(ofCompany),
    unreadable: ["settings[0].syncOrder", { settings: [{ ...setting, syncOrder: null }] }]
  },
  {
    name: "SyncSettings.set",
    call: loose(SyncSettings.set),
    options: { ...ofCompany, ...settingsOptions },
    url: `${company_}/syncSettings`,
    body: { companyId, settings: [setting], overridesDefaults: true },
    status: 204,
    ...none,
    refused: refusals({ ...ofCompany, ...settingsOptions }, badSettings({ ...ofCompany, ...settingsOptions }))
  },
  {
    name: "SyncSettings.getDefaults",
    call: loose(SyncSettings.getDefaults),
    options: {},
    url: "/profile/syncSettings",
    answer: { clientId: uuid, settings: [setting], overridesDefaults: false },
    refused: refusals({}),
    unreadable: ["overridesDefaults", { overridesDefaults: "no" }]
  },
  {
    name: "SyncSettings.setDefaults",
    call: loose(SyncSettings.setDefaults),
    options: { clientId: uuid, ...settingsOptions },
    url: "/profile/syncSettings",
    body: { clientId: uuid, settings: [setting], overridesDefaults: true },
    status: 204,
    ...none,
    refused: refusals(
      { clientId: uuid, ...settingsOptions },
      badSettings({ clientId: uuid, ...settingsOptions })
    )
  },
  // Pushes
  ...listRows(
    { list: "Pushes.list", pages: "Pushes.pages", page: "Pushes.page", count: "Pushes.count" },
    {
      list: drained(Pushes.list),
      pages: drained(Pushes.pages),
      page: loose(Pushes.page),
      count: loose(Pushes.count)
    },
    { options: ofCompany, url: `${company_}/push`, item: push }
  ),
  {
    name: "Pushes.get",
    call: loose(Pushes.get),
    options: { companyId, pushOperationKey: uuid },
    url: `${company_}/push/${uuid}`,
    answer: push,
    refused: refusals({ companyId, pushOperationKey: uuid }),
    unreadable: ["changes[0].type", { ...push, changes: [{ type: 7 }] }]
  },
  {
    name: "Pushes.options",
    call: loose(Pushes.options),
    options: { ...ofConnection, dataType: "invoices" },
    url: `${connection_}/options/invoices`,
    answer: option,
    refused: refusals({ ...ofConnection, dataType: "invoices" }),
    unreadable: [
      "properties.lines.properties.tax.required",
      {
        ...option,
        properties: {
          lines: {
            ...option.properties.lines,
            properties: { tax: { type: "Object", displayName: "Tax", required: "yes" } }
          }
        }
      }
    ]
  },
  // CustomData
  {
    name: "CustomData.configuration",
    call: loose(CustomData.configuration),
    options: ofCustom,
    url: "/integrations/trji/dataTypes/custom/DynamicsPurchaseOrders",
    answer: configuration,
    refused: refusals(ofCustom),
    unreadable: ["keyBy[0]", { ...configuration, keyBy: [7] }]
  },
  {
    name: "CustomData.configure",
    call: loose(CustomData.configure),
    // A list of dates may be empty; one of keys may not.
    options: { ...ofCustom, ...configuration, sourceModifiedDate: [] },
    url: "/integrations/trji/dataTypes/custom/DynamicsPurchaseOrders",
    body: { ...configuration, sourceModifiedDate: [] },
    answer: configuration,
    refused: refusals({ ...ofCustom, ...configuration }, [
      ["dataSource", { ...ofCustom, dataSource: "" }],
      ["requiredData", { ...ofCustom, requiredData: [] }],
      ["requiredData.currency", { ...ofCustom, requiredData: { currency: 7 } }],
      ["keyBy", { ...ofCustom, keyBy: [] }],
      ["sourceModifiedDate[0]", { ...ofCustom, sourceModifiedDate: [""] }]
    ]),
    unreadable: ["requiredData.currency", { requiredData: { currency: 7 } }]
  },
  {
    name: "CustomData.refresh",
    call: loose(CustomData.refresh),
    options: { ...ofRecords, ...keyed },
    url: `${connection_}/data/queue/custom/DynamicsPurchaseOrders`,
    answer: operation,
    refused: refusals(ofRecords, badKey(ofRecords)),
    unreadable: ["status", { ...operation, status: 7 }]
  },
  ...listRows(
    {
      list: "CustomData.records",
      pages: "CustomData.recordPages",
      page: "CustomData.recordPage",
      count: "CustomData.recordCount"
    },
    {
      list: drained(CustomData.records),
      pages: drained(CustomData.recordPages),
      page: loose(CustomData.recordPage),
      count: loose(CustomData.recordCount)
    },
    {
      options: ofRecords,
      url: `${connection_}/data/custom/DynamicsPurchaseOrders`,
      item: record,
      hasQuery: false
    }
  ),
  // SupplementalData
  {
    name: "SupplementalData.get",
    call: loose(SupplementalData.get),
    options: ofSupplemental,
    url: "/integrations/gbol/dataTypes/commerce-orders/supplementalDataConfig",
    answer: supplemental,
    refused: refusals(ofSupplemental),
    unreadable: [
      "supplementalDataConfig.orders.dataSource",
      { supplementalDataConfig: { orders: { dataSource: 7 } } }
    ]
  },
  {
    name: "SupplementalData.configure",
    call: loose(SupplementalData.configure),
    options: { ...ofSupplemental, ...supplemental },
    url: "/integrations/gbol/dataTypes/commerce-orders/supplementalDataConfig",
    body: supplemental,
    ...none,
    refused: refusals({ ...ofSupplemental, ...supplemental }, [
      ["supplementalDataConfig", ofSupplemental],
      ["supplementalDataConfig.orders", { ...ofSupplemental, supplementalDataConfig: { orders: "/orders" } }],
      [
        "supplementalDataConfig.orders.pullData.number",
        { ...ofSupplemental, supplementalDataConfig: { orders: { pullData: { number: 7 } } } }
      ],
      [
        "supplementalDataConfig.orders.pulldata",
        { ...ofSupplemental, supplementalDataConfig: { orders: { pulldata: {} } } }
      ]
    ])
  },
  // ApiKeys
  {
    name: "ApiKeys.list",
    call: loose(ApiKeys.list),
    options: {},
    url: "/apiKeys",
    answer: { results: [apiKey] },
    value: [apiKey],
    refused: refusals({}),
    unreadable: ["results[0].createdDate", { results: [{ ...apiKey, createdDate: "yesterday" }] }]
  },
  {
    name: "ApiKeys.create",
    call: loose(ApiKeys.create),
    // As long as a name can be.
    options: { name: "n".repeat(50), ...keyed },
    url: "/apiKeys",
    body: { name: "n".repeat(50) },
    status: 201,
    answer: apiKey,
    refused: refusals({}, [
      ["name", { name: "" }],
      ["name", { name: "x".repeat(51) }],
      ["name", { name: null }],
      ...badKey({})
    ]),
    unreadable: ["apiKey", { ...apiKey, apiKey: 7 }]
  },
  {
    name: "ApiKeys.delete",
    call: loose(ApiKeys.delete),
    options: { apiKeyId: uuid },
    url: `/apiKeys/${uuid}`,
    status: 204,
    ...none,
    refused: refusals({ apiKeyId: uuid })
  },
  // Client
  {
    name: "Client.profile",
    call: loose(Client.profile),
    options: {},
    url: "/profile",
    answer: profile,
    refused: refusals({}),
    unreadable: ["redirectUrl", { ...profile, redirectUrl: null }]
  },
  {
    name: "Client.updateProfile",
    call: loose(Client.updateProfile),
    options: profileOptions,
    url: "/profile",
    body: profile,
    answer: profile,
    refused: refusals(profileOptions, [
      ["name", without(profileOptions, "name")],
      ["redirectUrl", { ...profileOptions, redirectUrl: "" }],
      ["logoUrl", { ...profileOptions, logoUrl: "logo.png" }],
      ["whiteListUrls[1]", { ...profileOptions, whiteListUrls: ["https://example.com", "example.com"] }],
      ["apiKey", { ...profileOptions, apiKey: secret }],
      ["apiKey", { ...profileOptions, apiKey: wiped }],
      ["confirmCompanyName", { ...profileOptions, confirmCompanyName: "yes" }]
    ]),
    unreadable: ["whiteListUrls", { ...profile, whiteListUrls: "all" }]
  },
  {
    name: "Client.corsOrigins",
    call: loose(Client.corsOrigins),
    options: {},
    url: "/corsSettings",
    answer: { allowedOrigins: ["https://example.com"] },
    value: ["https://example.com"],
    refused: refusals({}),
    unreadable: ["allowedOrigins[0]", { allowedOrigins: [7] }]
  },
  {
    name: "Client.setCorsOrigins",
    call: loose(Client.setCorsOrigins),
    options: { allowedOrigins: ["https://example.com"], ...keyed },
    url: "/corsSettings",
    body: { allowedOrigins: ["https://example.com"] },
    answer: { allowedOrigins: ["https://example.com"] },
    value: ["https://example.com"],
    refused: refusals({ allowedOrigins: [] }, [
      ["allowedOrigins", {}],
      ["allowedOrigins[0]", { allowedOrigins: ["example.com"] }],
      ["allowedOrigins[1]", { allowedOrigins: ["https://example.com", "https://example.com/path"] }],
      ...badKey({ allowedOrigins: [] })
    ]),
    unreadable: ["allowedOrigins", { allowedOrigins: 7 }]
  }
]
