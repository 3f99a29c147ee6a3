import { CodatPlatform } from "@codat/platform"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"
import { basic, node } from "./SandboxMounts.ts"

const { companyId } = Sandbox

/** Codat's own client, generated from Codat's own description, and what it makes of each answer. */
const codat = Effect.map(
  SandboxServer.baseUrl,
  (serverURL) => new CodatPlatform({ authHeader: basic, serverURL, retryConfig: { strategy: "none" } })
)

describe("the sandbox, to Codat's own client", () => {
  const layer = SandboxServer.layer({ companies: 5 }).pipe(Layer.provideMerge(node()))

  it.live("is Codat", () =>
    Effect.gen(function* () {
      const client = yield* codat
      yield* Effect.promise(async () => {
        const page = await client.connections.list({ companyId, pageSize: 5000 })
        assert.strictEqual(page?.results?.length, 250)
        const query = "status=Linked&&sourceType=Banking"
        const banking = await client.connections.list({ companyId, query, orderBy: "-created" })
        assert.isTrue(banking?.results?.every(({ sourceType }) => sourceType === "Banking"))

        const made = await client.connections.create({ companyId, requestBody: { platformKey: "gbol" } })
        const one = { companyId, connectionId: made?.id ?? "" }
        assert.strictEqual(made?.status, "PendingAuth")
        const linked = await client.connections.updateAuthorization({ ...one, requestBody: { token: "t" } })
        assert.strictEqual(linked?.status, "Linked")
        const unlinked = await client.connections.unlink({
          ...one,
          updateConnectionStatus: { status: "Unlinked" }
        })
        assert.strictEqual(unlinked?.status, "Unlinked")
        assert.strictEqual((await client.connections.get(one))?.status, "Unlinked")
        await client.connections.delete(one)
        const gone = await client.connections.get(one).catch((error: unknown) => error)
        assert.strictEqual(Reflect.get(Object(gone), "statusCode"), 404)
        assert.match(String(Reflect.get(Object(gone), "correlationId")), /^[0-9a-f]{32}$/)

        const company = await client.companies.create({ name: "Fenland Textiles", tags: { region: "uk" } })
        const mine = { companyId: company?.id ?? "" }
        assert.strictEqual((await client.companies.list({ pageSize: 100 }))?.results?.length, 7)
        const changed = await client.companies.update({ ...mine, companyUpdateRequest: { description: "d" } })
        assert.strictEqual(changed?.description, "d")
        const replaced = await client.companies.replace({ ...mine, companyRequestBody: { name: "New" } })
        assert.strictEqual(replaced?.name, "New")
        assert.strictEqual((await client.companies.get(mine))?.name, "New")
        await client.companies.delete(mine)

        const integrations = await client.integrations.list({})
        assert.isAbove(integrations?.results?.length ?? 0, 5)
        assert.strictEqual((await client.integrations.get({ platformKey: "gbol" }))?.name, "Xero")
        assert.isString(
          (await client.integrations.getBranding({ platformKey: "gbol" }))?.logo?.full?.image?.src
        )
      })
    }).pipe(Effect.provide(layer))
  )
})
