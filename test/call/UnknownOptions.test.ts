/**
 * An option that there is not is refused by name, with the nearest known one, before anything is sent.
 */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import {
  Auth,
  Codat,
  CodatConfig,
  type CodatError,
  Companies,
  Connections,
  Integrations,
  RateLimit,
  RetryPolicy
} from "effect-codat"
import { type Call, operations } from "../support/calls.ts"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  failed,
  fake,
  ok,
  reasonIs,
  row,
  script
} from "../support/Fake.ts"

const one = { companyId, connectionId }
const key = Redacted.make("key")

// The compiler does not look into a spread, nor does plain JavaScript.
const calls: ReadonlyArray<readonly [string, Call, string, string | undefined]> = [
  ["list", Stream.runDrain(Connections.list({ companyId, ...{ pagesize: 7 } })), "pagesize", "pageSize"],
  ["list of a page", Stream.runDrain(Connections.list({ companyId, ...{ page: 2 } })), "page", "pageSize"],
  [
    "pages",
    Stream.runDrain(Connections.pages({ companyId, ...{ concurency: 7 } })),
    "concurency",
    "concurrency"
  ],
  ["page", Connections.page({ companyId, ...{ orderby: "created" } }), "orderby", "orderBy"],
  ["count", Connections.count({ companyId, ...{ qurey: "" } }), "qurey", "query"],
  ["count of a page", Connections.count({ companyId, ...{ pageSize: 1 } }), "pageSize", undefined],
  ["get", Connections.get({ ...one, ...{ connectionid: "x" } }), "connectionid", "connectionId"],
  [
    "create",
    Connections.create({ companyId, platformKey: "gbol", ...{ idempotencykey: "x" } }),
    "idempotencykey",
    "idempotencyKey"
  ],
  ["unlink", Connections.unlink({ ...one, ...{ idempotency: "x" } }), "idempotency", "idempotencyKey"],
  ["delete", Connections.delete({ ...one, ...{ force: true } }), "force", undefined],
  [
    "delete with a key",
    Connections.delete({ ...one, ...{ idempotencyKey: "x" } }),
    "idempotencyKey",
    undefined
  ],
  ["awaitStatus", Connections.awaitStatus({ ...one, ...{ timeOut: "1 second" } }), "timeOut", "timeout"],
  ["watch", Stream.runDrain(Connections.watch({ ...one, ...{ schedules: 1 } })), "schedules", "schedule"],
  ["companies", Stream.runDrain(Companies.list({ pageSize: 1, ...{ querry: "" } })), "querry", "query"],
  ["a company", Companies.get({ companyId, ...{ name: "x" } }), "name", undefined],
  ["a new company", Companies.create({ name: "x", ...{ descripton: "x" } }), "descripton", "description"],
  [
    "integrations",
    Stream.runDrain(Integrations.list({ pageSize: 1, ...{ enable: true } })),
    "enable",
    "enabled"
  ]
]

describe("an unknown option is refused by", () => {
  for (const [name, call, field, near] of calls) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const transport = script()
        const error = yield* call.pipe(against(transport), errorOf)
        const reason = reasonIs(error, "InvalidRequest")
        assert.strictEqual(reason.field, field)
        if (near === undefined) assert.notInclude(reason.rule, "did you mean")
        else assert.include(reason.rule, `did you mean ${near}?`)
        assert.lengthOf(transport.asked, 0)
      })
    )
  }

  it.effect("layers, and a retry policy", () =>
    Effect.gen(function* () {
      const refused = <A>(layer: Layer.Layer<A, CodatError.CodatError>) =>
        Effect.scoped(Effect.flip(Layer.build(layer)))
      const layers = [
        ["did you mean baseUrl?", refused(Codat.layer({ apiKey: key, ...{ baseUri: "http://x" } }))],
        ["there is no such option", refused(Auth.layerApiKey({ apiKey: key, ...{ baseUrl: "http://x" } }))],
        ["there is no such option", refused(Auth.layerBearer({ token: key, ...{ expiresIn: 3600 } }))],
        [
          "did you mean leeway?",
          refused(Auth.layerOAuth({ token: Effect.succeed(key), ...{ leway: "1 minute" } }))
        ],
        [
          "did you mean requestsPerMinute?",
          refused(RateLimit.layer({ concurrency: 1, ...{ requestPerMinute: 5 } }))
        ]
      ] as const
      for (const [text, error] of layers) assert.include((yield* error).message, text)
      const misspelt = { ...{ maxAttempt: 3 } }
      const provided: ReadonlyArray<Call> = [
        operations.GET.pipe(Effect.provide(CodatConfig.layer({ userAgent: "x", ...{ timeout: 3 } }))),
        operations.GET.pipe(RetryPolicy.withPolicy(RetryPolicy.make({ jitter: "none", ...misspelt })))
      ]
      for (const call of provided) {
        const transport = fake(() => failed(500))
        const error = yield* call.pipe(Effect.provide(transport.layer), errorOf)
        reasonIs(error, "InvalidRequest")
        assert.include(error.message, "there is no such option")
        assert.lengthOf(transport.asked, 0)
      }
    })
  )

  it.effect("its name before the required option that it was meant to be", () =>
    Effect.gen(function* () {
      // As a program in plain JavaScript calls them.
      const misspelt = { companyid: companyId, connectionId } as unknown as Connections.ConnectionOptions
      const apikey = { apikey: key } as unknown as { readonly apiKey: Redacted.Redacted }
      const transport = script()
      const call = yield* Connections.get(misspelt).pipe(against(transport), errorOf)
      assert.include(
        call.message,
        "companyid must be left out: there is no such option; did you mean companyId?"
      )
      const built = yield* Effect.scoped(Effect.flip(Layer.build(Auth.layerApiKey(apikey))))
      assert.include(built.message, "did you mean apiKey?")
      assert.lengthOf(transport.asked, 0)
    })
  )

  it.effect("nobody when it is undefined, as a program's own optional fields are", () =>
    Effect.gen(function* () {
      const options = { ...one, ...{ colour: undefined } }
      assert.strictEqual((yield* Connections.get(options).pipe(against(script(ok(row(1)))))).id, "c1")
    })
  )
})

describe("listAcrossCompanies", () => {
  it.effect("refuses a companyId, so that one tenant is never given the connections of all", () =>
    Effect.gen(function* () {
      const fromSomewhere: object = { companyId, query: "status=Linked" }
      // As a program in plain JavaScript calls it.
      const options = fromSomewhere as Connections.ListAcrossCompaniesOptions
      const transport = script()
      const error = yield* Stream.runDrain(Connections.listAcrossCompanies(options)).pipe(
        against(transport),
        errorOf
      )
      assert.strictEqual(reasonIs(error, "InvalidRequest").field, "companyId")
      assert.lengthOf(transport.asked, 0)
    })
  )

  it("has a type that refuses it", () => {
    expectTypeOf<{ companyId: string }>().not.toExtend<Connections.ListAcrossCompaniesOptions>()
    const scoped = { companyId, query: "status=Linked" }
    // @ts-expect-error a variable with a companyId is refused too
    assert.isDefined(Connections.listAcrossCompanies(scoped))
  })
})
