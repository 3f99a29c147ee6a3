/**
 * The example's telemetry as a collector receives it, by name and value.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { RetryPolicy, Sandbox } from "effect-codat"
import * as OpenTelemetry from "../examples/opentelemetry.ts"
import { type Received, serve } from "./support/Http.ts"

type Value = { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number }
type Attributes = ReadonlyArray<{ readonly key: string; readonly value: Value }>

const record = (attributes: Attributes): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** What was sent to one of the collector's paths, put together. */
const received = (requests: ReadonlyArray<Received>, signal: "traces" | "metrics" | "logs") =>
  requests.filter(({ url }) => url === `/v1/${signal}`).map(({ body }) => JSON.parse(body))

interface Span {
  readonly name: string
  readonly kind: number
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: Attributes
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Attributes }>
  readonly status: { readonly code: number }
}

interface Points {
  readonly dataPoints: ReadonlyArray<{
    readonly attributes: Attributes
    readonly asDouble?: number
    readonly count?: number
  }>
}

interface Data {
  readonly name: string
  readonly unit: string
  readonly sum?: Points
  readonly gauge?: Points
  readonly histogram?: Points
}

// OpenTelemetry's numbers.
const internal = 1
const client = 3
const unsetOrOk = [0, 1]
const error = 2

const template = "/companies/{companyId}/connections"

describe("examples/opentelemetry.ts", () => {
  it.live("sends a collector spans, metrics and logs by OpenTelemetry's conventions", () =>
    Effect.gen(function* () {
      const collector = yield* serve((_, response) => response.end("{}"))
      const count = yield* Effect.gen(function* () {
        yield* Sandbox.fail({ operation: "Connections.list", page: 2, status: 503 })
        return yield* OpenTelemetry.program(Sandbox.companyId)
      }).pipe(
        // Short waits, because they are real ones.
        RetryPolicy.withPolicy(RetryPolicy.make({ baseDelay: "1 millis" })),
        Effect.provide(Sandbox.layer({ connections: 250 })),
        Effect.provide(OpenTelemetry.telemetry(collector.origin)),
        Effect.provideService(Metric.MetricRegistry, new Map())
      )
      assert.strictEqual(count, 250)

      const traces = received(collector.received, "traces")
      assert.deepStrictEqual(
        record(traces[0].resourceSpans[0].resource.attributes)["service.name"],
        "connections-report"
      )
      const spans: ReadonlyArray<Span> = traces.flatMap(
        ({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans
      )
      const report = spans.find(({ name }) => name === "report")
      const operations = spans.filter(({ name }) => name.startsWith("Connections."))
      assert.strictEqual(operations.length, 3)
      for (const operation of operations) {
        assert.strictEqual(operation.kind, internal)
        assert.strictEqual(operation.parentSpanId, report?.spanId)
        assert.strictEqual(record(operation.attributes)["codat.company_id"], Sandbox.companyId)
      }
      const [retried] = operations.filter(({ events }) => events.length > 0)
      assert.deepInclude(record(retried?.attributes ?? []), { "codat.page": 2, "codat.attempts": 2 })
      assert.strictEqual(retried?.events[0]?.name, "codat.retry")

      const attempts = spans.filter(({ kind }) => kind === client)
      assert.strictEqual(attempts.length, 4)
      const common = {
        "http.request.method": "GET",
        "server.address": "api.codat.io",
        "server.port": 443,
        "url.template": template
      }
      for (const attempt of attempts) {
        assert.strictEqual(attempt.name, `GET ${template}`)
        assert.deepInclude(record(attempt.attributes), common)
      }
      const failed = attempts.filter(({ status }) => status.code === error)
      assert.strictEqual(failed.length, 1)
      const { "codat.correlation_id": correlationId, ...rest } = record(failed[0]?.attributes ?? [])
      assert.isString(correlationId)
      assert.deepStrictEqual(rest, { ...common, "http.response.status_code": 503, "error.type": "503" })
      const again = attempts.filter(({ attributes }) => "http.request.resend_count" in record(attributes))
      assert.deepStrictEqual(
        again.map(({ attributes, parentSpanId, status }) => {
          const values = record(attributes)
          return {
            count: values["http.request.resend_count"],
            status: values["http.response.status_code"],
            isGood: unsetOrOk.includes(status.code),
            ofTheRetried: parentSpanId === retried?.spanId
          }
        }),
        [{ count: 1, status: 200, isGood: true, ofTheRetried: true }]
      )

      const metrics = received(collector.received, "metrics").at(-1)
      const data: ReadonlyArray<Data> = metrics.resourceMetrics[0].scopeMetrics[0].metrics
      const pointsOf = (name: string): ReadonlyArray<Record<string, unknown>> => {
        const metric = data.find((one) => one.name === name)
        const points = metric?.sum ?? metric?.gauge ?? metric?.histogram
        return (points?.dataPoints ?? []).map(({ asDouble, attributes, count }) => ({
          ...record(attributes),
          value: asDouble ?? count
        }))
      }
      assert.strictEqual(data.find(({ name }) => name === "http.client.request.duration")?.unit, "s")
      const duration = { ...common, "server.port": "443", unit: "seconds" }
      assert.sameDeepMembers(
        [...pointsOf("http.client.request.duration")],
        [
          { ...duration, "http.response.status_code": "200", value: 3 },
          { ...duration, "http.response.status_code": "503", "error.type": "503", value: 1 }
        ]
      )
      const operation = "Connections.list"
      assert.sameDeepMembers(
        [...pointsOf("codat_requests")],
        [
          { operation, outcome: "ok", value: 3 },
          { operation, outcome: "ServerError", value: 1 }
        ]
      )
      assert.deepStrictEqual(pointsOf("codat_retries"), [{ operation, outcome: "ServerError", value: 1 }])
      for (const gauge of ["codat_quota_remaining", "codat_quota_limit"]) {
        assert.isAbove(Number(pointsOf(gauge)[0]?.["value"]), 0)
      }

      const logs = received(collector.received, "logs").flatMap(
        ({ resourceLogs }) => resourceLogs[0].scopeLogs[0].logRecords
      )
      const retry = logs.find(({ body }) => /attempt 1 failed/.test(body.stringValue))
      assert.deepInclude(record(retry.attributes), { operation, attempt: 1, correlationId })
      assert.isTrue(logs.some(({ body }) => body.stringValue === "250 connections"))

      // The key, and the filter of a URL, are nowhere in it.
      const everything = collector.received.map(({ body }) => body).join("\n")
      for (const hidden of [Sandbox.apiKey, btoa(Sandbox.apiKey), "pageSize=", "https://"]) {
        assert.notInclude(everything, hidden)
      }
    }).pipe(Effect.scoped)
  )
})
