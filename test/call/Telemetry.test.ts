import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Metric, Redacted, Schema, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { Auth, Codat, CodatConfig, Connections, Data, RateLimit, RetryPolicy } from "effect-codat"
import {
  companyId,
  connectionId,
  type Fake,
  failed,
  json,
  late,
  ok,
  type Reply,
  reset,
  row,
  script,
  stall,
  type Watch,
  watched
} from "../support/Fake.ts"

const get = Connections.get({ companyId, connectionId })
const template = "/companies/{companyId}/connections/{connectionId}"

const withoutJitter = RetryPolicy.withPolicy(RetryPolicy.make({ jitter: "none" }))

/** Runs to the end, however long that takes by the test's clock. */
const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<Fake["layer"]>>, transport: Fake) =>
  Effect.gen(function* () {
    const fiber = yield* effect.pipe(
      withoutJitter,
      Effect.provide(transport.layer),
      Effect.exit,
      Effect.forkChild
    )
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

const shown = ({ spans }: Watch): ReadonlyArray<Record<string, unknown>> =>
  spans.map(({ attributes, kind, name }) => ({ name, kind, ...Object.fromEntries(attributes) }))

const attempt = {
  name: `GET ${template}`,
  kind: "client",
  "http.request.method": "GET",
  "server.address": "api.codat.io",
  "server.port": 443,
  "url.template": template
}

const operation = {
  name: "Connections.get",
  kind: "internal",
  "codat.company_id": companyId,
  "codat.connection_id": connectionId
}

const unsendable = Layer.succeed(Auth.Auth)({
  description: "none",
  authorization: Effect.succeed(Redacted.make("line\nbreak")),
  refused: () => Effect.succeed(false)
})

describe("spans", () => {
  it.effect("are one internal span an operation, and one client span an attempt", () =>
    watched((watch) =>
      Effect.gen(function* () {
        const answered = json(200, row(1), { "x-correlation-id": "good-1" })
        yield* run(get, script(failed(503, { correlationId: "bad-1" }), reset(), answered))
        assert.deepStrictEqual(shown(watch), [
          { ...operation, "codat.attempts": 3 },
          {
            ...attempt,
            "http.response.status_code": 503,
            "error.type": "503",
            "codat.correlation_id": "bad-1"
          },
          { ...attempt, "http.request.resend_count": 1, "error.type": "Transport" },
          {
            ...attempt,
            "http.request.resend_count": 2,
            "http.response.status_code": 200,
            "codat.correlation_id": "good-1"
          }
        ])
        const [parent, ...attempts] = watch.spans
        for (const { parent: of } of attempts) {
          assert.strictEqual(of._tag === "Some" ? of.value.spanId : undefined, parent?.spanId)
        }
        assert.deepStrictEqual(
          watch.spans.map(({ status }) => (status._tag === "Ended" ? status.exit._tag : "open")),
          ["Success", "Failure", "Failure", "Success"]
        )
      })
    )
  )

  it.effect("say what an answer without sense, a slow one and missing credentials are", () =>
    watched((watch) =>
      Effect.gen(function* () {
        const once = RetryPolicy.withPolicy(RetryPolicy.make({ maxAttempts: 1 }))
        yield* run(once(get), script(ok({ id: 1 })))
        yield* run(once(get), script(late(31_000, ok(row(1)))))
        yield* run(Effect.provide(once(get), unsendable), script())
        const attempts = shown(watch).filter((span) => span["kind"] === "client")
        assert.deepStrictEqual(attempts, [
          { ...attempt, "http.response.status_code": 200, "error.type": "InvalidResponse" },
          { ...attempt, "error.type": "Timeout" },
          { ...attempt, "error.type": "Authentication" }
        ])
      })
    )
  )

  it.effect("say that an attempt was cut off by the deadline of the call", () =>
    watched((watch) =>
      Effect.gen(function* () {
        const hurried = RetryPolicy.withPolicy(RetryPolicy.make({ deadline: "2 seconds" }))
        yield* run(hurried(get), script(late(10_000, ok(row(1)))))
        assert.deepStrictEqual(shown(watch)[1], { ...attempt, "error.type": "Interrupted" })
      })
    )
  )

  it.effect("name the server by its address and port", () =>
    watched((watch) =>
      Effect.gen(function* () {
        const hosts = ["http://127.0.0.1:4010/codat", "http://proxy.example", "https://[::1]:8443"]
        for (const baseUrl of hosts) {
          yield* run(Effect.provide(get, CodatConfig.layer({ baseUrl })), script(ok(row(1))))
        }
        assert.deepStrictEqual(
          watch.spans
            .filter(({ kind }) => kind === "client")
            .map(({ attributes }) => [attributes.get("server.address"), attributes.get("server.port")]),
          [
            ["127.0.0.1", 4010],
            ["proxy.example", 80],
            ["::1", 8443]
          ]
        )
      })
    )
  )

  it.effect("of attempts hold no id, no query and no URL, whatever the call", () =>
    watched((watch) =>
      Effect.gen(function* () {
        const page: Reply = ok({ results: [], pageNumber: 1, pageSize: 100, totalResults: 0, _links: {} })
        yield* run(
          Stream.runDrain(Connections.list({ companyId, query: "platformName=Secret" })),
          script(page)
        )
        yield* run(
          Codat.request({
            operation: "Invoices.get",
            method: "GET",
            path: "/companies/{companyId}/data/invoices/{invoiceId}",
            params: { companyId, invoiceId: connectionId },
            query: { asOf: "Secret" },
            output: Schema.Unknown
          }),
          script(ok({}))
        )
        yield* run(
          Stream.runDrain(
            Codat.requestPages({
              operation: "Invoices.list",
              path: "/companies/{companyId}/data/invoices",
              params: { companyId },
              query: { query: "name=Secret" },
              item: Schema.Unknown
            })
          ),
          script(page)
        )
        const attempts = shown(watch).filter((span) => span["kind"] === "client")
        assert.deepStrictEqual(
          attempts.map((span) => span["name"]),
          [
            "GET /companies/{companyId}/connections",
            "GET /companies/{companyId}/data/invoices/{invoiceId}",
            "GET /companies/{companyId}/data/invoices"
          ]
        )
        const durations = yield* durationsOf
        for (const text of [JSON.stringify(attempts), JSON.stringify(durations)]) {
          for (const hidden of [companyId, connectionId, "Secret", "http:", "https:", "?"]) {
            assert.notInclude(text, hidden)
          }
        }
      })
    )
  )

  it.effect("are not made where no tracer listens", () =>
    Effect.gen(function* () {
      let made = 0
      const listening = Tracer.make({
        span: (options) => {
          made++
          return new Tracer.NativeSpan(options)
        }
      })
      yield* run(Effect.provideService(get, Tracer.Tracer, listening), script(ok(row(1))))
      assert.strictEqual(made, 2)
      const seen: Array<unknown> = []
      const looking: Reply = (request, asked) =>
        Effect.flatMap(Effect.option(Effect.currentSpan), (span) => {
          seen.push(span._tag)
          return ok(row(1))(request, asked)
        })
      yield* run(get, script(looking))
      yield* run(Connections.awaitStatus({ companyId, connectionId }), script(looking))
      const read = { id: "d1", companyId, connectionId, dataType: "bills", status: "Complete", progress: 100 }
      const lookingAtRead: Reply = (request, asked) =>
        Effect.andThen(
          looking(request, asked),
          ok({ ...read, requested: "2022-10-27T09:53:29Z", isCompleted: true, isErrored: false })(
            request,
            asked
          )
        )
      yield* run(Data.awaitRefresh({ companyId, dataTypes: ["bills"] }), script(lookingAtRead))
      assert.deepStrictEqual(seen, ["None", "None", "None"])
    })
  )

  it.effect("are told to Codat only when that is asked for", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        const quiet = script(ok(row(1)))
        yield* run(get, quiet)
        assert.notProperty(quiet.asked[0]?.headers, "traceparent")
        assert.notProperty(quiet.asked[0]?.headers, "b3")
        const told = script(ok(row(1)))
        yield* run(Effect.provide(get, CodatConfig.layer({ propagateTrace: true })), told)
        const span = spans.at(-1)
        assert.strictEqual(told.asked[0]?.headers["traceparent"], `00-${span?.traceId}-${span?.spanId}-01`)
      })
    )
  )

  it.effect("are neither recorded nor told where tracing is off", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        const transport = script(ok(row(1)))
        const told = Effect.provide(get, CodatConfig.layer({ propagateTrace: true }))
        yield* run(Effect.withTracerEnabled(told, false), transport)
        assert.lengthOf(spans, 0)
        assert.notProperty(transport.asked[0]?.headers, "traceparent")
        assert.notProperty(transport.asked[0]?.headers, "b3")
      })
    )
  )
})

const durationsOf = Effect.map(
  Metric.snapshot,
  (all): ReadonlyArray<Record<string, unknown>> =>
    all.flatMap((metric) =>
      metric.id === "http.client.request.duration" && metric.type === "Histogram"
        ? [{ ...metric.attributes, count: metric.state.count, sum: metric.state.sum }]
        : []
    )
)

describe("metrics", () => {
  it.effect("have the attributes that a program gives them, such as the account", () =>
    watched(() =>
      Effect.gen(function* () {
        for (const [account, remaining] of [
          ["harbour", "7"],
          ["mill", "900"]
        ] as const) {
          yield* run(
            Effect.provideService(get, Metric.CurrentMetricAttributes, { account }),
            script(json(200, row(1), { "x-rate-limit-remaining": remaining }))
          )
        }
        const all = yield* Metric.snapshot
        assert.deepStrictEqual(
          all.flatMap(({ attributes, id, state }) =>
            id === "codat_quota_remaining" ? [[attributes?.["account"], state]] : []
          ),
          [
            ["harbour", { value: 7 }],
            ["mill", { value: 900 }]
          ]
        )
        const counted = all.filter(({ id }) => id === "codat_requests")
        assert.deepStrictEqual(
          counted.map(({ attributes }) => attributes?.["account"]),
          ["harbour", "mill"]
        )
      })
    )
  )

  it.effect("have the duration of each attempt in seconds, by how it ended", () =>
    watched(() =>
      Effect.gen(function* () {
        yield* run(get, script(late(250, failed(503)), late(1000, ok(row(1)))))
        yield* run(get, script(late(500, ok(row(1)))))
        yield* run(Effect.ignore(get), script(late(125, ok({}))))
        const once = RetryPolicy.withPolicy(Effect.ignore(get), RetryPolicy.none)
        yield* run(once, script(late(25, reset())))
        yield* run(once, script(stall))
        const { kind: _kind, name: _name, ...attributes } = { ...attempt, "server.port": "443" }
        const metric = { ...attributes, unit: "seconds" }
        assert.deepStrictEqual(yield* durationsOf, [
          { ...metric, "http.response.status_code": "503", "error.type": "503", count: 1, sum: 0.25 },
          { ...metric, "http.response.status_code": "200", count: 2, sum: 1.5 },
          {
            ...metric,
            "http.response.status_code": "200",
            "error.type": "InvalidResponse",
            count: 1,
            sum: 0.125
          },
          { ...metric, "error.type": "Transport", count: 1, sum: 0.025 },
          { ...metric, "error.type": "Timeout", count: 1, sum: 30 }
        ])
      })
    )
  )

  it.effect("have the boundaries that OpenTelemetry advises for durations", () =>
    watched(() =>
      Effect.gen(function* () {
        yield* run(get, script(ok(row(1))))
        const boundaries = (yield* Metric.snapshot).flatMap((metric) =>
          metric.id === "http.client.request.duration" && metric.type === "Histogram"
            ? metric.state.buckets.map(([boundary]) => boundary)
            : []
        )
        assert.deepStrictEqual(
          boundaries.filter(Number.isFinite),
          [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
        )
      })
    )
  )

  it.effect("do not count as a request what was never sent, nor the wait for a token", () =>
    watched(() =>
      Effect.gen(function* () {
        const slowToken = Layer.succeed(Auth.Auth)({
          description: "a slow token",
          authorization: Effect.as(Effect.sleep("5 seconds"), Redacted.make("Bearer token")),
          refused: () => Effect.succeed(false)
        })
        yield* run(Effect.provide(get, slowToken), script(late(100, ok(row(1)))))
        yield* run(Effect.provide(get, unsendable), script())
        assert.deepStrictEqual(
          (yield* durationsOf).map((duration) => [duration["count"], duration["sum"]]),
          [[1, 0.1]]
        )
      })
    )
  )

  it.effect("have what is left of the quota, and its limit", () =>
    watched(() =>
      Effect.gen(function* () {
        const quota = { "x-rate-limit-limit": "1000", "x-rate-limit-remaining": "321" }
        yield* run(get, script(json(200, row(1), quota)))
        const gauges = (yield* Metric.snapshot).flatMap((metric) =>
          metric.type === "Gauge" ? [[metric.id, metric.state.value]] : []
        )
        assert.deepStrictEqual(Object.fromEntries(gauges), {
          codat_quota_limit: 1000,
          codat_quota_remaining: 321
        })
      })
    )
  )
})

describe("logs", () => {
  it.effect("carry the operation, the attempt and the correlation id", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        yield* run(get, script(failed(503, { correlationId: "bad-1" }), ok(row(1))))
        const [line] = lines.map((text) => JSON.parse(text))
        assert.strictEqual(lines.length, 1)
        assert.deepStrictEqual(line.annotations, {
          operation: "Connections.get",
          attempt: 1,
          correlationId: "bad-1"
        })
      })
    )
  )

  it.effect("of rows that are left out say in which answer they were", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        const page = {
          results: [row(1), { id: 2 }],
          pageNumber: 1,
          pageSize: 100,
          totalResults: 2,
          _links: {}
        }
        const rows = Stream.runCollect(Connections.list({ companyId, invalid: "skip" }))
        yield* run(rows, script(json(200, page, { "x-correlation-id": "good-1" })))
        const annotations = lines.map((line) => JSON.parse(line).annotations)
        assert.deepStrictEqual(annotations, [
          { operation: "Connections.list", page: 1, correlationId: "good-1" }
        ])
      })
    )
  )

  it.effect("of a request that waits for its turn say whose it is", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        const transport = script(...Array.from({ length: 3 }, () => ok(row(1))))
        const limited = Effect.provide(Effect.all([get, get, get]), RateLimit.layer({ requestsPerMinute: 2 }))
        yield* run(limited, transport)
        const [warning] = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "WARN")
        assert.deepInclude(warning?.annotations, { operation: "Connections.get", attempt: 1 })
      })
    )
  )
})
