/**
 * Spans, metrics and logs of this library in an OpenTelemetry collector, by Effect's own exporter.
 *
 * Needs a collector that takes OTLP over HTTP, such as Jaeger's on port 4318:
 *
 *   CODAT_API_KEY=… OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 \
 *     node --import tsx examples/opentelemetry.ts COMPANY_ID
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Effect, Layer, References, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp } from "effect/observability"
import { Codat, Connections } from "effect-codat"

/** Sends what it still holds when the layer is closed. */
export const telemetry = (collector: string) =>
  Layer.mergeAll(
    Otlp.layerJson({ baseUrl: collector, resource: { serviceName: "connections-report" } }).pipe(
      Layer.provide(FetchHttpClient.layer)
    ),
    // Retries are logged at this level, and as a warning when the wait is long.
    Layer.succeed(References.MinimumLogLevel)("Debug")
  )

/** The span of the program is the parent of those of its calls. */
export const program = Effect.fn("report")(function* (companyId: string) {
  const count = yield* Stream.runCount(Connections.list({ companyId }))
  yield* Effect.log(`${count} connections`)
  return count
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const live = Layer.unwrap(
    Effect.map(
      Config.String("OTEL_EXPORTER_OTLP_ENDPOINT").pipe(Config.withDefault("http://127.0.0.1:4318")),
      telemetry
    )
  )
  program(process.argv[2] ?? "").pipe(
    Effect.provide([Codat.layerConfig, FetchHttpClient.layer]),
    Effect.provide(live),
    NodeRuntime.runMain
  )
}
