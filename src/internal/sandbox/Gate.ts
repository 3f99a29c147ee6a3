/**
 * The way of every request through the sandbox, before and after its handler.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Body from "./Body.ts"
import type { Credentials } from "./Credentials.ts"
import * as Faults from "./Faults.ts"
import * as Idempotency from "./Idempotency.ts"
import * as Journal from "./Journal.ts"
import type { Limits } from "./Limits.ts"
import type { Operation } from "./Model.ts"
import * as Nulls from "./Nulls.ts"
import type { Settings } from "./Options.ts"
import type { Prng } from "./Prng.ts"
import type { Quota } from "./Quota.ts"
import * as Reply from "./Reply.ts"

/** The connection must be reset here. The code that holds the connection does it in its own way. */
export class Hangup extends Data.TaggedError("Hangup") {
  override readonly message = "The connection was reset"
}

/** What a handler receives. */
export interface Incoming {
  readonly path: string
  readonly params: { readonly [name: string]: string | undefined }
  readonly search: URLSearchParams
  readonly body: string
  /** Milliseconds since 1970, by the `Clock`. */
  readonly now: number
  readonly settings: Settings
}

/** Carries a request out in one synchronous step. */
export type Handler = (incoming: Incoming) => Reply.Reply

export interface Options {
  readonly journal: Journal.Journal
  readonly faults: Faults.Faults
  readonly idempotency: Idempotency.Idempotency
  readonly quota: Quota
  readonly random: Prng
  readonly credentials: Credentials
  readonly limits: Limits
  readonly settings: Settings
  /** Is called when the quota of a day is used up. */
  readonly onExhausted: () => Effect.Effect<void>
  /** Changes when the state is replaced. */
  readonly generation: () => number
  /** Whether responses are recorded as well. */
  readonly keepsAnswers: boolean
  /** The scope of requests that run on after their caller has given up. */
  readonly scope: Scope.Scope
}

/**
 * The steps of every request: it is recorded, gets faults of the gateway, is checked for credentials, quota and
 * idempotency key, is handled, and gets the faults of its response.
 */
export type Gate = (
  operation: Operation | undefined,
  handler: Handler
) => (
  params: Incoming["params"]
) => Effect.Effect<HttpServerResponse.HttpServerResponse, Hangup, HttpServerRequest.HttpServerRequest>

/** Whether a request is admitted, and if not, why. */
type Admitted = "yes" | "unauthorised" | "tooLarge"

const withBody = new Set(["POST", "PUT", "PATCH"])

export const make = (options: Options): Gate => {
  const { faults, idempotency, journal, limits, quota, settings } = options
  const correlationId = () => options.random.hex(32)
  const problem = (...args: Parameters<typeof Reply.problem>) =>
    Reply.answer(Reply.problem(...args), correlationId)

  const carryOut = Effect.fnUntraced(function* (handler: Handler, incoming: Incoming, picked: Faults.Picked) {
    const fault = picked.fault
    const replaced =
      fault !== undefined &&
      (fault.kind === undefined || fault.kind === "status") &&
      Faults.placeOf(fault) === "origin"
        ? fault
        : undefined
    if (picked.originDelay !== undefined) {
      const generation = options.generation()
      yield* Effect.sleep(picked.originDelay)
      // A slow write of an earlier test must not change the state of the next one.
      if (options.generation() !== generation) return yield* new Hangup()
    }
    if (replaced !== undefined && replaced.when !== "after") {
      return Faults.statusAnswer(replaced, correlationId)
    }
    const answer = Reply.answer(handler(incoming), correlationId)
    return replaced === undefined ? answer : Faults.statusAnswer(replaced, correlationId)
  })

  const origin = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    operation: Operation | undefined,
    handler: Handler,
    incoming: Incoming,
    picked: Faults.Picked,
    admitted: Admitted
  ) {
    const turnedAway = (answer: Reply.Answer) => {
      picked.giveBack()
      return answer
    }
    if (admitted !== "yes") {
      const status = admitted === "unauthorised" ? 401 : 413
      return turnedAway(problem(status, Reply.textOf(status)))
    }
    const company = incoming.params["companyId"]
    const admittance = admit(request, operation, handler, incoming, picked)
    if (company === undefined) return yield* admittance
    if (!limits.enter(company)) {
      return turnedAway(problem(429, Reply.textOf(429), { headers: { "retry-after": "1" } }))
    }
    return yield* Effect.ensuring(
      admittance,
      Effect.sync(() => limits.leave(company))
    )
  })

  /** Handles a request that has valid credentials and is within the limit of concurrent requests. */
  const admit = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    operation: Operation | undefined,
    handler: Handler,
    incoming: Incoming,
    picked: Faults.Picked
  ) {
    const turnedAway = (answer: Reply.Answer) => {
      picked.giveBack()
      return answer
    }
    const now = yield* Clock.currentTimeMillis
    const exhausted = quota.take(now)
    if (exhausted !== undefined) {
      if (exhausted.isFirst) yield* options.onExhausted()
      return turnedAway(
        problem(429, Reply.textOf(429), { headers: { "retry-after": String(exhausted.retryAfter) } })
      )
    }
    if (incoming.body !== "" && !isJson(request.headers["content-type"], operation)) {
      return turnedAway(problem(415, "The content type of the body must be application/json."))
    }
    const key =
      request.method === "POST" || request.method === "PATCH" ? request.headers["idempotency-key"] : undefined
    if (key === undefined) return yield* carryOut(handler, { ...incoming, now }, picked)
    if (!Idempotency.isGuid(key)) {
      return turnedAway(problem(400, "Error processing request - the Idempotency-Key header must be a GUID."))
    }
    const found = idempotency.find(key, `${request.method} ${request.url}\n${incoming.body}`, now)
    switch (found._tag) {
      case "Kept":
        return turnedAway(found.answer)
      case "Reused":
        return turnedAway(problem(422, "This idempotency key has been used with another request."))
      case "Running":
        return turnedAway(
          problem(409, "A request with this idempotency key is still in progress.", { canBeRetried: "True" })
        )
      case "New": {
        const answer = yield* carryOut(handler, { ...incoming, now }, picked)
        found.keep(answer, yield* Clock.currentTimeMillis)
        return answer
      }
    }
  })

  /** The fault's own response, when it needs nothing from Codat. */
  const interfere = (fault: Faults.Picked["fault"]): Effect.Effect<Reply.Answer, Hangup> | undefined => {
    switch (fault?.kind) {
      case undefined:
      case "status":
        return fault !== undefined && Faults.placeOf(fault) === "gateway"
          ? Effect.sync(() => Faults.statusAnswer(fault, correlationId))
          : undefined
      case "html":
        return Effect.succeed(Faults.htmlAnswer(fault))
      case "reset":
        return Effect.fail(new Hangup())
      case "stall":
        return Effect.never
      default:
        return undefined
    }
  }

  return (operation, handler) =>
    Effect.fnUntraced(function* (params) {
      const request = yield* HttpServerRequest.HttpServerRequest
      const mark = request.url.search(/[?#]/)
      const path = mark === -1 ? request.url : request.url.slice(0, mark)
      const search = new URLSearchParams(mark === -1 ? "" : request.url.slice(mark).replace(/#.*$/, ""))
      const now = yield* Clock.currentTimeMillis
      // The body of a request without valid credentials is not recorded.
      const known = options.credentials.accepts(request.headers["authorization"], path, now)
      const read = withBody.has(request.method)
        ? yield* (known ? Body.read(request) : Effect.as(Body.skip(request), "")).pipe(
            Effect.mapError(() => new Hangup())
          )
        : ""
      const body = read === Body.tooLarge ? "" : read
      const admitted = !known ? "unauthorised" : read === Body.tooLarge ? "tooLarge" : "yes"

      const recorded = Journal.describe({
        method: request.method,
        path,
        operation,
        search,
        headers: request.headers,
        body,
        origin: originOf(request),
        receivedAt: now
      })
      const outcome = journal.add(recorded, body)
      const refused = (answer: Reply.Answer) => {
        outcome.status = answer.status
        return toResponse(answer, false, quota.headers(now))
      }
      const address = Option.getOrElse(request.remoteAddress, () => "")
      const wait = limits.perMinute(address, now)
      if (wait !== undefined) {
        return refused(problem(429, Reply.textOf(429), { headers: { "retry-after": String(wait) } }))
      }
      const order = request.headers[orderHeader]
      const ordered = order === undefined ? undefined : Faults.fromJson(order)
      if (ordered !== undefined && Result.isFailure(ordered)) {
        return refused(problem(400, `${orderHeader}: ${ordered.failure}`))
      }
      const picked = ordered === undefined ? faults.pick(recorded) : faults.only(ordered.success, recorded)
      outcome.faults = picked.kinds

      if (picked.gatewayDelay > 0) yield* Effect.sleep(picked.gatewayDelay)
      const { fault } = picked
      const own = interfere(fault)
      const late = fault !== undefined && "when" in fault && fault.when === "after"
      let answer: Reply.Answer
      if (own !== undefined && !late) {
        answer = yield* own
      } else {
        // Codat gives no sign that a list ignores its filter.
        if (!settings.filter && operation?.endsWith(".list") === true) search.delete("query")
        const incoming = { path, params, search, body, now, settings }
        const work = origin(request, operation, handler, incoming, picked, admitted)
        // Codat finishes a request that it has started, even when the caller is gone.
        answer =
          picked.originDelay === undefined
            ? yield* Effect.uninterruptible(work)
            : yield* Fiber.join(yield* Effect.forkIn(work, options.scope, { startImmediately: true }))
        if (own !== undefined) answer = yield* own
      }
      outcome.status = answer.status
      const whole =
        settings.nulls && answer.body !== undefined ? { ...answer, body: Nulls.fill(answer.body) } : answer
      const sent = damaged(whole, fault)
      if (options.keepsAnswers) outcome.answer = Journal.excerpt(sent.body ?? "")
      return toResponse(sent, fault?.kind === "truncated", quota.headers(yield* Clock.currentTimeMillis))
    })
}

/** The header with which a request asks for a fault for itself only. */
const orderHeader = "x-sandbox-fault"

/** Bodies are JSON, except those of uploads. */
const isJson = (contentType: string | undefined, operation: Operation | undefined): boolean => {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? ""
  return (
    type === "application/json" ||
    type === "text/json" ||
    /^application\/[^;]+\+json$/.test(type) ||
    (type === "multipart/form-data" && operation !== undefined && /upload/i.test(operation))
  )
}

const originOf = (request: HttpServerRequest.HttpServerRequest): string => {
  const absolute = /^[a-z]+:\/\/[^/?#]+/i.exec(request.originalUrl)
  return absolute?.[0] ?? `${request.protocol ?? "http"}://${request.headers["host"] ?? ""}`
}

const damaged = (answer: Reply.Answer, fault: Faults.Picked["fault"]): Reply.Answer => {
  switch (fault?.kind) {
    case "malformed":
      return { ...answer, body: `{"results":[{"id":${(answer.body ?? "").slice(0, 20)}` }
    case "contentType":
      return { ...answer, contentType: fault.contentType ?? "text/html" }
    default:
      return answer
  }
}

const encoder = new TextEncoder()

/** Statuses without a body in HTTP. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

const toResponse = (
  answer: Reply.Answer,
  truncated: boolean,
  quota: { readonly [name: string]: string }
): HttpServerResponse.HttpServerResponse => {
  const { contentType, status } = answer
  const headers = { ...quota, ...answer.headers }
  if (answer.body === undefined || bodiless.has(status)) return HttpServerResponse.empty({ status, headers })
  if (!truncated) return HttpServerResponse.text(answer.body, { status, headers, contentType })
  const bytes = encoder.encode(answer.body)
  const half = bytes.slice(0, Math.floor(bytes.length / 2))
  return HttpServerResponse.stream(Stream.concat(Stream.make(half), Stream.fail(new Hangup())), {
    status,
    headers,
    contentType,
    contentLength: bytes.length
  })
}
