import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Auth, CodatConfig, Connections, RetryPolicy } from "effect-codat"
import { companyId, connectionId, errorOf, pageOf, reasonIs } from "../support/Fake.ts"
import { serve } from "../support/Http.ts"
import { transports } from "../support/Transports.ts"

const one = { companyId, connectionId }
const calls = {
  list: Stream.runDrain(Connections.list({ companyId })),
  get: Connections.get(one),
  create: Connections.create({ companyId, platformKey: "gbol" }),
  unlink: Connections.unlink(one),
  updateAuthorization: Connections.updateAuthorization({ ...one, credentials: { password: "hunter22" } }),
  delete: Connections.delete(one)
}

const services = (baseUrl: string) =>
  Layer.mergeAll(
    Auth.layerApiKey({ apiKey: Redacted.make("some-api-key") }),
    CodatConfig.layer({ baseUrl }),
    RetryPolicy.layer(RetryPolicy.none)
  )

const json = { "content-type": "application/json" }

describe("a redirect to another origin", () => {
  for (const [carrier, transport] of Object.entries(transports))
    for (const [name, call] of Object.entries(calls)) {
      it.live(`is not followed by ${name} over ${carrier}`, () =>
        Effect.gen(function* () {
          const thief = yield* serve((_, response) => response.writeHead(200, json).end("{}"))
          for (const status of [301, 302, 303, 307, 308]) {
            const codat = yield* serve((received, response) =>
              response.writeHead(status, { location: thief.origin + received.url }).end()
            )
            const error = yield* call.pipe(Effect.provide([services(codat.origin), transport]), errorOf)
            assert.strictEqual(reasonIs(error, "UnexpectedStatus").statusCode, status)
            assert.strictEqual(codat.received.length, 1)
            assert.strictEqual(codat.received[0]?.headers.authorization, "Basic c29tZS1hcGkta2V5")
          }
          assert.deepStrictEqual(thief.received, [])
        })
      )
    }

  it.live("is not followed when the program has options of its own for fetch, which are kept", () =>
    Effect.gen(function* () {
      const thief = yield* serve((_, response) => response.writeHead(200, json).end("{}"))
      const codat = yield* serve((_, response) => response.writeHead(307, { location: thief.origin }).end())
      const init = Layer.succeed(FetchHttpClient.RequestInit)({
        redirect: "follow",
        headers: { "x-own": "kept" }
      })
      const error = yield* calls.create.pipe(
        Effect.provide([services(codat.origin), FetchHttpClient.layer, init]),
        errorOf
      )
      assert.strictEqual(error.reason._tag, "UnexpectedStatus")
      assert.strictEqual(codat.received[0]?.headers["x-own"], "kept")
      assert.deepStrictEqual(thief.received, [])
    })
  )
})

it.live("a redirect that a browser hides is UnexpectedStatus too", () =>
  Effect.gen(function* () {
    // What browsers answer under `redirect: "manual"` has the status 0, as this has.
    const opaque = Layer.succeed(FetchHttpClient.Fetch)(() => Promise.resolve(Response.error()))
    const error = yield* calls.get.pipe(
      Effect.provide([services("https://api.codat.io"), FetchHttpClient.layer, opaque]),
      errorOf
    )
    assert.strictEqual(reasonIs(error, "UnexpectedStatus").statusCode, 0)
  })
)

describe("a link to another origin", () => {
  it.live("gives its page number alone", () =>
    Effect.gen(function* () {
      const thief = yield* serve((_, response) => response.writeHead(200, json).end("{}"))
      const codat = yield* serve((received, response) => {
        const number = Number(new URL(received.url, "http://localhost").searchParams.get("page"))
        const page = pageOf(number, { total: 3, size: 1 })
        const next = number < 3 ? { href: `${thief.origin}/steal?page=${number + 1}` } : undefined
        response.writeHead(200, json).end(JSON.stringify({ ...page, _links: { self: { href: "/" }, next } }))
      })
      for (const concurrency of [1, 2]) {
        const all = yield* Connections.list({ companyId, pageSize: 1, concurrency }).pipe(
          Stream.runCollect,
          Effect.provide([services(codat.origin), FetchHttpClient.layer])
        )
        assert.deepStrictEqual(
          all.map(({ id }) => id),
          ["c0", "c1", "c2"]
        )
      }
      assert.strictEqual(codat.received.length, 6)
      assert.deepStrictEqual(thief.received, [])
    })
  )
})
