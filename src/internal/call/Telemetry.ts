/**
 * What can be seen of a call from outside: metrics, one span per operation, one per attempt, and log lines.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import { nativeTracer, ParentSpan, type Span, Tracer } from "effect/Tracer"
import type * as CodatError from "../../CodatError.ts"
import type { Retry } from "../../RetryPolicy.ts"
import { defined } from "./Defined.ts"

// -----------------------------------------------------------------------------
// Metrics
// -----------------------------------------------------------------------------

/** A metric that is given its attributes at each update looks for its series anew, so the series are kept. */
const Series: Context.Reference<Map<string, Metric.Metric<number, unknown>>> = Context.Reference(
  "effect-codat/Telemetry/Series",
  { defaultValue: () => new Map<string, Metric.Metric<number, unknown>>() }
)

const update = (
  context: Context.Context<never>,
  key: string,
  value: number,
  make: () => Metric.Metric<number, unknown>
): void => {
  const series = Context.get(context, Series)
  let metric = series.get(key)
  if (metric === undefined) {
    metric = make()
    series.set(key, metric)
  }
  metric.updateUnsafe(value, context)
}

const descriptions = {
  /** By outcome (`ok`, or the tag of a reason). A request that is interrupted has no outcome and is not counted. */
  codat_requests: "Requests sent to Codat, every attempt included",
  codat_retries: "Requests to Codat that were sent again",
  codat_failures: "Calls to Codat that failed, retries included",
  codat_skipped_rows: "Rows left out of a list because they could not be decoded"
}

/** Adds to a counter's series of one operation and outcome. */
export const count = (
  context: Context.Context<never>,
  id: keyof typeof descriptions,
  attributes: { readonly operation: string; readonly outcome?: string },
  value = 1
): void =>
  update(context, `${id} ${attributes.operation} ${attributes.outcome ?? ""}`, value, () =>
    Metric.counter(id, { description: descriptions[id], incremental: true, attributes })
  )

/** OpenTelemetry's advice for the duration of HTTP requests, in seconds. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

const recordDuration = (call: Described, { error, status }: Outcome, seconds: number): void => {
  const { address, port } = call.server
  update(
    call.context,
    `duration ${call.method} ${call.template} ${address} ${port} ${status ?? ""} ${error ?? ""}`,
    seconds,
    () =>
      Metric.histogram("http.client.request.duration", {
        description: "Duration of HTTP client requests",
        boundaries,
        attributes: Object.fromEntries(
          Object.entries(
            defined({
              ...requestAttributes(call),
              "http.response.status_code": status,
              "error.type": error,
              // Effect's exporters take the unit from here.
              unit: "seconds"
            })
          ).map(([name, value]) => [name, String(value)])
        )
      })
  )
}

const quotaRemaining = Metric.gauge("codat_quota_remaining", {
  description: "Requests that are left of Codat's quota"
})

const quotaLimit = Metric.gauge("codat_quota_limit", {
  description: "Requests that Codat's quota allows in a day"
})

/** Shows what a response said of the quota. */
export const showQuota = (context: Context.Context<never>, quota: CodatError.Quota): void => {
  if (quota.remaining !== undefined) quotaRemaining.updateUnsafe(quota.remaining, context)
  if (quota.limit !== undefined) quotaLimit.updateUnsafe(quota.limit, context)
}

// -----------------------------------------------------------------------------
// Spans
// -----------------------------------------------------------------------------

/** What spans and metrics say of a call. */
export interface Described {
  readonly context: Context.Context<never>
  readonly operation: string
  readonly method: string
  /** The path as Codat writes it, without ids. */
  readonly template: string
  /** Where the base URL leads. */
  readonly server: { readonly address: string; readonly port: number }
}

/** How an attempt ended. */
export interface Outcome {
  /** By the monotonic clock, once there are credentials to send. */
  sentAt: bigint | undefined
  status: number | undefined
  correlationId: string | undefined
  error: string | undefined
}

const isTraced = (context: Context.Context<never>): boolean =>
  Context.get(context, Tracer) !== nativeTracer || Context.getOrUndefined(context, ParentSpan) !== undefined

/** One span per operation, where a tracer listens: making a span that nobody reads takes as long as a small request. */
export const operationSpan = <A, E, R>(
  operation: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) =>
    isTraced(fiber.context) ? Effect.withSpan(effect, operation, { captureStackTrace: false }) : effect
  )

const requestAttributes = ({ method, server, template }: Described) => ({
  "http.request.method": method,
  "server.address": server.address,
  "server.port": server.port,
  "url.template": template
})

/** By the conventions: the status where it is what failed, or else a name that does not change. */
const errorType = (cause: Cause.Cause<CodatError.Reason>): string => {
  const failure = Cause.findError(cause)
  if (Result.isFailure(failure)) return Cause.hasInterruptsOnly(cause) ? "Interrupted" : "_OTHER"
  const reason = failure.success
  return "statusCode" in reason && reason._tag !== "InvalidResponse" ? String(reason.statusCode) : reason._tag
}

/**
 * Measures one attempt, and gives it a client span of its own where a tracer listens, by OpenTelemetry's conventions
 * for HTTP. The span has no URL, because that holds ids and filters.
 */
export const attempt = <A, R>(
  call: Described,
  resendCount: number,
  outcome: Outcome,
  run: (span: Span | undefined) => Effect.Effect<A, CodatError.Reason, R>
): Effect.Effect<A, CodatError.Reason, R> => {
  const ended = (exit: Exit.Exit<A, CodatError.Reason>): undefined => {
    if (Exit.isFailure(exit)) outcome.error = errorType(exit.cause)
    const { sentAt } = outcome
    if (sentAt === undefined) return
    const now = Context.get(call.context, Clock.Clock).monotonicTimeNanosUnsafe()
    recordDuration(call, outcome, Number(now - sentAt) / 1e9)
  }
  const measured = (span: Span | undefined) => Effect.onExitPrimitive(run(span), ended)
  if (!isTraced(call.context)) return measured(undefined)
  return Effect.useSpan(
    `${call.method} ${call.template}`,
    { kind: "client", attributes: requestAttributes(call) },
    (span) =>
      Effect.ensuring(
        Effect.provideService(measured(span), ParentSpan, span),
        Effect.sync(() => {
          const attributes = defined({
            "http.request.resend_count": resendCount || undefined,
            "http.response.status_code": outcome.status,
            "error.type": outcome.error,
            "codat.correlation_id": outcome.correlationId
          })
          for (const [name, value] of Object.entries(attributes)) span.attribute(name, value)
        })
      )
  )
}

const spanOf = (context: Context.Context<never>): Span | undefined => {
  const span = Context.getOrUndefined(context, ParentSpan)
  return span?._tag === "Span" ? span : undefined
}

/** The options that the span of an operation names. */
const attributeOf: ReadonlyArray<readonly [option: string, attribute: string]> = [
  ["companyId", "codat.company_id"],
  ["connectionId", "codat.connection_id"],
  ["platformKey", "codat.platform_key"],
  ["dataType", "codat.data_type"],
  ["datasetId", "codat.dataset_id"],
  ["pushOperationKey", "codat.push_operation_key"],
  ["page", "codat.page"]
]

/** Says on the operation's span what the call is about. */
export const annotateOptions = (
  context: Context.Context<never>,
  options: { readonly [name: string]: unknown }
): void => {
  const span = spanOf(context)
  if (span === undefined) return
  for (const [option, attribute] of attributeOf) {
    if (options[option] !== undefined) span.attribute(attribute, options[option])
  }
}

/** Says on the operation's span how many attempts there were. */
export const annotateAttempts = (context: Context.Context<never>, attempts: number): void =>
  spanOf(context)?.attribute("codat.attempts", attempts)

// -----------------------------------------------------------------------------
// Waits
// -----------------------------------------------------------------------------

/** A wait longer than this is a warning: a program that stands still has to say so. */
const longWait = Duration.seconds(10)

/** Says that a request will be sent again, and after what wait. */
export const retrying = (
  context: Context.Context<never>,
  { attempt, operation, reason, wait }: Retry
): Effect.Effect<void> => {
  count(context, "codat_retries", { operation, outcome: reason._tag })
  spanOf(context)?.event("codat.retry", Context.get(context, Clock.Clock).currentTimeNanosUnsafe(), {
    "codat.attempt": attempt,
    "codat.reason": reason._tag,
    "codat.wait_ms": Duration.toMillis(wait)
  })
  const log = Duration.isGreaterThan(wait, longWait) ? Effect.logWarning : Effect.logDebug
  return log(
    `${operation}: attempt ${attempt} failed with ${reason._tag}; the next one is in ${Duration.format(wait)}`
  ).pipe(
    Effect.annotateLogs(
      defined({
        operation,
        attempt,
        correlationId: "correlationId" in reason ? reason.correlationId : undefined
      })
    )
  )
}
