/** Codat's own client, generated from Codat's own description, calls everything it can of the sandbox's server. */
import { CodatPlatform } from "@codat/platform"
import { DataType as SupplementalType } from "@codat/platform/sdk/models/operations/configuresupplementaldata.js"
import { PathParamDataType } from "@codat/platform/sdk/models/operations/getsupplementaldataconfiguration.js"
import { SchemaDataType } from "@codat/platform/sdk/models/shared/schemadatatype.js"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"
import { basic, node } from "../SandboxMounts.ts"

const groups = [
  "companies",
  "connectionManagement",
  "connections",
  "cors",
  "customDataType",
  "integrations",
  "pushData",
  "readData",
  "refreshData",
  "settings",
  "supplementalData",
  "webhooks"
] as const

type Peer = Pick<CodatPlatform, (typeof groups)[number]>

/** The client, which keeps a note of what was called. */
const noting = (client: Peer) => {
  const called = new Set<string>()
  const noted = <Name extends keyof Peer>(name: Name): Peer[Name] =>
    new Proxy<Peer[Name]>(client[name], {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== "function") return value
        called.add(`${name}.${String(key)}`)
        return value.bind(target)
      }
    })
  const methods = groups.flatMap((name) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(client[name]))
      .filter((key) => key !== "constructor")
      .map((key) => `${name}.${key}`)
  )
  return { called, methods, noted }
}

const { companyId: fixed } = Sandbox

const statusOf = (error: unknown): unknown => Reflect.get(Object(error), "statusCode")

describe("the sandbox, to Codat's own client", () => {
  const layer = SandboxServer.layer({ connections: 40 }).pipe(Layer.provideMerge(node()))

  it.effect("serves each of its 51 operations", () =>
    Effect.gen(function* () {
      const serverURL = yield* SandboxServer.baseUrl
      const { called, methods, noted } = noting(
        new CodatPlatform({ authHeader: basic, serverURL, retryConfig: { strategy: "none" } })
      )
      assert.lengthOf(methods, 51)
      const services = yield* Effect.context<never>()
      const advance = () => Effect.runPromiseWith(services)(TestClock.adjust("3 seconds"))

      yield* Effect.promise(async () => {
        const companies = noted("companies")
        const company = await companies.create({ name: "Fenland Textiles", tags: { region: "uk" } })
        const companyId = company.id
        const mine = { companyId }
        assert.strictEqual((await companies.list({ query: "name~fenland" })).results?.[0]?.id, companyId)
        await companies.replace({ ...mine, companyRequestBody: { name: "New" } })
        const tagged = await companies.update({ ...mine, companyUpdateRequest: { tags: { a: "b" } } })
        assert.deepStrictEqual(tagged.tags, { a: "b" })
        assert.strictEqual((await companies.getAccessToken(mine)).expiresIn, 86_400)

        const connections = noted("connections")
        const made = await connections.create({ ...mine, requestBody: { platformKey: "gbol" } })
        const one = { companyId, connectionId: made.id }
        assert.strictEqual((await connections.get(one)).status, "PendingAuth")
        const linked = await connections.updateAuthorization({ ...one, requestBody: { token: "t" } })
        assert.strictEqual(linked.status, "Linked")
        assert.strictEqual((await connections.list({ ...mine, query: "status=Linked" })).results?.length, 1)

        const custom = noted("customDataType")
        const orders = { platformKey: "gbol", customDataIdentifier: "orders" }
        const customDataTypeConfiguration = { dataSource: "/o", requiredData: { n: "$.n" }, keyBy: ["$.id"] }
        const configured = await custom.configure({ ...orders, customDataTypeConfiguration })
        assert.deepStrictEqual(configured.keyBy, ["$.id"])
        await custom.getConfiguration(orders)

        const refresh = noted("refreshData")
        const dataType = SchemaDataType.Bills
        const read = await refresh.byDataType({ ...one, dataType })
        await refresh.all(mine)
        await companies.addProduct({ ...mine, productIdentifier: "my-own" })
        assert.deepStrictEqual((await companies.get(mine)).products, ["my-own"])
        await companies.refreshProductData({ ...mine, productIdentifier: "my-own" })
        await companies.removeProduct({ ...mine, productIdentifier: "my-own" })
        await custom.refresh({ ...one, customDataIdentifier: "orders" })
        await advance()
        const done = await refresh.getPullOperation({ ...mine, datasetId: read.id })
        assert.strictEqual(done.status, "Complete")
        assert.strictEqual((await refresh.get(mine)).bills?.currentStatus, "Complete")
        const history = await refresh.listPullOperations({ ...mine, query: "dataType=bills" })
        assert.isTrue(history.results?.some(({ id }) => id === read.id))
        const found = await noted("readData").getValidationResults({ ...mine, datasetId: read.id })
        assert.lengthOf(found.warnings ?? [], 1)
        const records = await custom.list({ ...one, customDataIdentifier: "orders" })
        assert.lengthOf(records.results ?? [], 100)

        const settings = noted("settings")
        const own = await companies.getCompanySyncSettings(mine)
        await companies.setCompanySyncSettings({
          ...mine,
          requestBody: { companyId, settings: own.settings ?? [], overridesDefaults: true }
        })
        const all = await settings.getSyncSettings()
        await settings.updateSyncSettings({ clientId: all.clientId ?? "", settings: all.settings ?? [] })
        const profile = await settings.getProfile()
        assert.strictEqual((await settings.updateProfile({ ...profile, name: "Bob" })).name, "Bob")
        const allowedOrigins = ["https://bob.example"]
        assert.deepStrictEqual((await settings.set({ allowedOrigins })).allowedOrigins, allowedOrigins)
        assert.deepStrictEqual((await settings.get()).allowedOrigins, allowedOrigins)
        const key = await settings.createApiKey({ name: "worker" })
        assert.lengthOf((await settings.listApiKeys()).results ?? [], 2)
        // It looks for a body in the 204, where there can be none, and says that it failed.
        const failed = await settings
          .deleteApiKey({ apiKeyId: key.id ?? "" })
          .catch((error: unknown) => error)
        assert.strictEqual(statusOf(failed), 204)
        assert.lengthOf((await settings.listApiKeys()).results ?? [], 1)

        const push = noted("pushData")
        const pushes = await push.listOperations({ companyId: fixed })
        const { pushOperationKey } = pushes.results?.[0] ?? { pushOperationKey: "" }
        const pushed = await push.getOperation({ companyId: fixed, pushOperationKey })
        assert.strictEqual(pushed.pushOperationKey, pushOperationKey)
        assert.strictEqual((await push.getModelOptions({ ...one, dataType })).type, "Object")

        const integrations = noted("integrations")
        assert.isAbove((await integrations.list({})).results?.length ?? 0, 30)
        assert.strictEqual((await integrations.get({ platformKey: "gbol" })).name, "Xero")
        assert.isString((await integrations.getBranding({ platformKey: "gbol" })).logo?.full?.image?.src)
        const supplemental = noted("supplementalData")
        const supplementalDataConfig = { orders: { dataSource: "/orders", pullData: { n: "$.n" } } }
        await supplemental.configure({
          platformKey: "gbol",
          dataType: SupplementalType.Bills,
          supplementalDataConfiguration: { supplementalDataConfig }
        })
        const kept = await supplemental.getConfiguration({
          platformKey: "gbol",
          dataType: PathParamDataType.Bills
        })
        assert.deepStrictEqual(kept.supplementalDataConfig, supplementalDataConfig)

        const webhooks = noted("webhooks")
        const consumer = await webhooks.createConsumer({
          url: "http://127.0.0.1:9/hook",
          eventTypes: ["client.rateLimit.reached"]
        })
        assert.lengthOf((await webhooks.listConsumers()).results ?? [], 1)
        await webhooks.deleteConsumer({ webhookId: consumer.id ?? "" })
        assert.lengthOf((await webhooks.listConsumers()).results ?? [], 0)

        await connections.unlink({ ...one, updateConnectionStatus: { status: "Unlinked" } })
        await connections.delete(one)
        const gone = await connections.get(one).catch((error: unknown) => error)
        assert.strictEqual(statusOf(gone), 404)
        assert.match(String(Reflect.get(Object(gone), "correlationId")), /^[0-9a-f]{32}$/)
        await companies.delete(mine)

        // Deprecated, and served by Codat still.
        const cors = noted("cors")
        assert.deepStrictEqual((await cors.get()).allowedOrigins, allowedOrigins)
        assert.deepStrictEqual((await cors.set({ allowedOrigins: [] })).allowedOrigins, [])
        assert.deepStrictEqual((await settings.get()).allowedOrigins, [])
        // Deprecated, and answered with 404 by Codat itself since 12 October 2026.
        const token = noted("connectionManagement").get({ companyId: fixed })
        assert.strictEqual(statusOf(await token.catch((error: unknown) => error)), 404)
      })
      assert.deepStrictEqual(
        methods.filter((method) => !called.has(method)),
        []
      )
    }).pipe(Effect.provide(layer))
  )
})
