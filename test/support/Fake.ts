/**
 * A transport that answers from a script and keeps what it was asked, so that a test can say what went over the wire
 * and when. The answers are read without promises, so `TestClock` alone decides when anything happens.
 */
import {
  Clock,
  Effect,
  Fiber,
  Layer,
  Logger,
  Metric,
  Redacted,
  References,
  Result,
  Stream,
  Tracer
} from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Auth, type CodatError, RetryPolicy } from "effect-codat"

export const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"
export const connectionId = "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd"
export const guid = "3e1c5b1e-9f0a-4c53-9d4e-0f2b7a6c8d10"
export const apiKey = "some-api-key"

export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal
  /** Milliseconds of the clock in force. */
  readonly at: number
}

export type Answer = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
export type Reply = (request: HttpClientRequest.HttpClientRequest, asked: Asked) => Answer

// -----------------------------------------------------------------------------
// Replies
// -----------------------------------------------------------------------------

const bodiless = new Set([204, 205, 304])

/** An answer of any status with the text as it stands. */
export const text =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (request) =>
    Effect.sync(() => {
      const web = new Response(bodiless.has(status) ? null : body, { status, headers })
      return Object.create(HttpClientResponse.fromWeb(request, web), {
        text: { value: Effect.succeed(body) },
        stream: { value: Stream.succeed(new TextEncoder().encode(body)) }
      })
    })

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  text(status, JSON.stringify(body), { "content-type": "application/json", ...headers })

export const ok = (body: unknown): Reply => json(200, body)

/** Codat's error body. */
export const failed = (
  statusCode: number,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {}
): Reply => json(statusCode, { statusCode, error: `error ${statusCode}`, ...more }, headers)

/** A connection that dies, with what the system said of it. */
export const reset =
  (cause: unknown = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })): Reply =>
  (request) =>
    Effect.fail(
      new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
    )

export const stall: Reply = () => Effect.never

export const late =
  (millis: number, reply: Reply): Reply =>
  (request, asked) =>
    Effect.delay(reply(request, asked), millis)

// -----------------------------------------------------------------------------
// The transport
// -----------------------------------------------------------------------------

export interface Fake {
  readonly asked: Array<Asked>
  readonly client: HttpClient.HttpClient
  /** The transport and an API key. */
  readonly layer: Layer.Layer<HttpClient.HttpClient | Auth.Auth>
}

/** Answers each request by a function of it. */
export const fake = (answer: (asked: Asked, index: number) => Reply): Fake => {
  const asked: Array<Asked> = []
  const client = HttpClient.make((request, url, signal) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const one: Asked = {
        method: request.method,
        url,
        headers: { ...request.headers },
        body: request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : undefined,
        signal,
        at
      }
      asked.push(one)
      return answer(one, asked.length - 1)(request, one)
    })
  )
  const layer = Layer.merge(
    Layer.succeed(HttpClient.HttpClient)(client),
    Layer.orDie(Auth.layerApiKey({ apiKey: Redacted.make(apiKey) }))
  )
  return { asked, client, layer }
}

/** Answers in turn, and dies when asked more often than that. */
export const script = (...replies: ReadonlyArray<Reply>): Fake =>
  fake((asked, index) => replies[index] ?? (() => Effect.die(`request ${index + 1} too many: ${asked.url}`)))

// -----------------------------------------------------------------------------
// Bodies
// -----------------------------------------------------------------------------

/** A connection in today's shape. */
export const row = (index: number, more: Record<string, unknown> = {}) => ({
  id: `c${index}`,
  integrationId: "bf083d72-62c7-493e-aec9-81b4dbba7e2c",
  integrationKey: "gbol",
  sourceId: "bdd831ce-eebd-4896-89a7-20e5ee8989ee",
  sourceType: "Banking",
  platformName: "Basiq",
  linkUrl: "https://link-api.codat.io/start",
  status: "Linked",
  created: "2022-10-27T09:53:29Z",
  ...more
})

export interface Pages {
  readonly total: number
  readonly size?: number
  /** `links` as Codat sends today, `none` as in 2021, `empty` an object without any. */
  readonly links?: "links" | "none" | "empty"
}

/** One page of `total` connections that are numbered from 0. */
export const pageOf = (number: number, { links = "links", size = 100, total }: Pages) => {
  const results = []
  for (let i = (number - 1) * size; i < Math.min(number * size, total); i++) results.push(row(i))
  const href = (page: number) => ({
    href: `/companies/${companyId}/connections?page=${page}&pageSize=${size}`
  })
  return {
    results,
    pageNumber: number,
    pageSize: size,
    totalResults: total,
    ...(links === "none"
      ? {}
      : links === "empty"
        ? { _links: {} }
        : {
            _links: {
              self: href(number),
              current: href(number),
              ...(number * size < total ? { next: href(number + 1) } : {}),
              ...(number > 1 ? { previous: href(number - 1) } : {})
            }
          })
  }
}

/** The page a request is for. */
export const pageAsked = (asked: Asked): number => Number(asked.url.searchParams.get("page") ?? 1)

/** A company with so many connections. */
export const company = (pages: Pages): Fake =>
  fake((asked) =>
    ok(pageOf(pageAsked(asked), { size: Number(asked.url.searchParams.get("pageSize") ?? 100), ...pages }))
  )

// -----------------------------------------------------------------------------
// What comes of it
// -----------------------------------------------------------------------------

/** Runs with the transport, and once unless a policy is given. */
export const against =
  (fake: Fake, policy: Partial<RetryPolicy.Policy> = RetryPolicy.none) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(RetryPolicy.withPolicy(RetryPolicy.make(policy)), Effect.provide(fake.layer))

/** Runs on the test's clock as long as it takes, and answers with the result and the times of the requests. */
export const timed = Effect.fnUntraced(function* <A, E, R>(
  fake: Fake,
  policy: Partial<RetryPolicy.Policy>,
  effect: Effect.Effect<A, E, R>
) {
  const fiber = yield* effect.pipe(against(fake, policy), Effect.result, Effect.forkChild)
  yield* TestClock.adjust("30 days")
  const result = yield* Fiber.join(fiber)
  const error = Result.isFailure(result) ? result.failure : undefined
  return { result, error, at: fake.asked.map((asked) => asked.at) }
})

/** The error of an effect that has to fail. */
export const errorOf = <A, R>(
  effect: Effect.Effect<A, CodatError.CodatError, R>
): Effect.Effect<CodatError.CodatError, never, R> => Effect.orDie(Effect.flip(effect))

/** The error's reason, which has to be of the tag given. */
export const reasonIs = <T extends CodatError.Reason["_tag"]>(
  error: CodatError.CodatError | undefined,
  tag: T
): Extract<CodatError.Reason, { readonly _tag: T }> => {
  if (error?.reason._tag !== tag) throw new Error(`expected ${tag}, got ${error?.message}`)
  // The check above is what makes it one.
  return error.reason as Extract<CodatError.Reason, { readonly _tag: T }>
}

/** What a program shows of itself beside its result. */
export interface Watch {
  readonly lines: Array<string>
  readonly spans: Array<Tracer.NativeSpan>
}

/** Keeps log lines of every level and every span of an effect, and counts its metrics apart from other tests'. */
export const watched = <A, E, R>(effect: (watch: Watch) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const watch: Watch = { lines: [], spans: [] }
    const logger = Logger.map(Logger.formatStructured, (entry) => {
      watch.lines.push(JSON.stringify(entry))
    })
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        watch.spans.push(span)
        return span
      }
    })
    return effect(watch).pipe(
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(References.MinimumLogLevel, "All"),
      Effect.provideService(Tracer.Tracer, tracer),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  })

/** What a counter of the library stands at; 0 when nothing was counted. */
export const counted = (id: string, attributes: Readonly<Record<string, string>>): Effect.Effect<number> =>
  Effect.map(Metric.snapshot, (all) => {
    let total = 0
    for (const metric of all) {
      const here = Object.entries(attributes).every(([name, value]) => metric.attributes?.[name] === value)
      if (metric.id === id && metric.type === "Counter" && here) total += Number(metric.state.count)
    }
    return total
  })
