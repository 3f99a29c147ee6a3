/**
 * What a library on top of this one exports: its declarations, and a program of today's, have to compile with every
 * TypeScript that is promised.
 */
import { Effect, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import {
  ApiKeys,
  Client,
  Codat,
  CodatError,
  Companies,
  Connection,
  Connections,
  CustomData,
  Data,
  Integrations,
  Operations,
  Products,
  Pushes,
  Query,
  RateLimit,
  RetryPolicy,
  Sandbox,
  SandboxServer,
  SupplementalData,
  SyncSettings,
  Webhook,
  WebhookConsumers
} from "effect-codat"
import * as OneConnections from "effect-codat/Connections"
import * as Mirror from "effect-codat/Mirror"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"
import * as RateLimitSql from "effect-codat/RateLimitSql"

// Without types of their own, so that the compiler writes those that it infers.
export const list = Connections.list
export const pages = Connections.pages
export const create = Connections.create
export const remove = Connections.delete
export const oneList = OneConnections.list({ companyId: Sandbox.companyId })
export const onePages = Connections.pages({ companyId: Sandbox.companyId })
export const companiesPage = Companies.page()
export const companies = Companies.list()
export const across = Connections.listAcrossCompanies()
export const integrations = Integrations.list()
export const apiKeys = ApiKeys.list()
export const profile = Client.profile
export const configuration = CustomData.configuration
export const records = CustomData.records
export const refresh = Data.refresh
export const awaitRefresh = Data.awaitRefresh
export const history = Data.history
export const historyPage = Data.historyPage
export const addProduct = Products.add
export const pushes = Pushes.list
export const push = Pushes.get
export const pushOptions = Pushes.options
export const query = Query.and(Query.eq("status", "Linked"), Query.ne("platformName", "Basiq"))
export const supplementalData = SupplementalData.get
export const syncSettings = SyncSettings.get
export const consumers = WebhookConsumers.list
export const mirror = Mirror.layer
export const mirrorRun = Mirror.run
export const mirrorSqlite = MirrorSqlite.layer
export const mirrorHandler = Mirror.handler
export const rateLimitStore = RateLimitSql.layerStore
export const handler = Webhook.handler
export const sign = Webhook.sign
export const requests = Sandbox.requests
export const sandboxConnections = Sandbox.connections()
export const fail = Sandbox.fail
export const sandbox = Sandbox.layer({ connections: 3 })
export const server = SandboxServer.layer
export const quota = RateLimit.quota
export const withResponse = Codat.withResponse(
  Connections.get({ companyId: Sandbox.companyId, connectionId: Sandbox.companyId })
)
export const verify = Webhook.verify
export const operations = Operations.all
export const schema = Connection.Connection
export const policy = RetryPolicy.default
export const reasonOf = (error: CodatError.CodatError) => error.reason
export const isCodatError = CodatError.isCodatError
export const Live = Layer.mergeAll(
  Codat.layer({ apiKey: Redacted.make(Sandbox.apiKey) }),
  FetchHttpClient.layer
)

/** Errors are told apart by their reason, and nothing is left to require. */
export const total = oneList.pipe(
  Stream.filter((connection) => connection.status === "Linked"),
  Stream.runCount,
  Effect.catchTag("CodatError", ({ reason }) =>
    reason._tag === "NotFound" ? Effect.succeed(0) : Effect.fail(reason._tag)
  ),
  Effect.provide(Live)
)
