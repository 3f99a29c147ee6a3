/**
 * One attempt of a call: authorise, send, read to the end, classify, decode.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { constTrue } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import type * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpTraceContext from "effect/http/HttpTraceContext"
import * as UrlParams from "effect/http/UrlParams"
import * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Span } from "effect/Tracer"
import { Auth } from "../../Auth.ts"
import type { Resolved } from "../../CodatConfig.ts"
import * as CodatError from "../../CodatError.ts"
import * as Decode from "../model/Decode.ts"
import { defined } from "./Defined.ts"
import * as Input from "./Input.ts"
import type { LatestQuota } from "./Limits.ts"
import * as Redact from "./Redact.ts"
import * as Response from "./Response.ts"
import * as Retry from "./Retry.ts"
import type { Method } from "./Retryable.ts"
import * as Telemetry from "./Telemetry.ts"

/** One call, ready to be sent as often as it takes. */
export interface Prepared<Output> extends Telemetry.Described {
  /** Read once, when the call begins. */
  readonly context: Context.Context<HttpClient.HttpClient | Auth>
  readonly method: Method
  /** The host that the base URL names. */
  readonly host: string
  readonly path: string
  readonly url: string
  readonly idempotencyKey: string | undefined
  readonly body: HttpBody.HttpBody
  readonly contentType: string | undefined
  /** Values that no error may quote. */
  readonly secrets: ReadonlyArray<string>
  readonly page: number | undefined
  readonly settings: Resolved
  readonly quota: LatestQuota
  /** Reads a 2xx response: `Response.readText`, unless the response is not JSON. */
  readonly readContent: Response.ReadContent
  readonly decode: Decode.Decode<Output>
}

/** What is known of an attempt while it goes on, and after it. */
export interface Progress extends Telemetry.Outcome {
  /** The credentials that were sent: after a 401, `Auth.refused` is told which ones. */
  authorization: Redacted.Redacted<string> | undefined
  /** The time of day from which on the idempotency key must not be sent. */
  readonly keyEndsAt: number
  /** The quota in this attempt's response; the newest one of the account can be from another fiber. */
  quota: CodatError.Quota | undefined
}

export const begin = (keyEndsAt: number): Progress => ({
  authorization: undefined,
  keyEndsAt,
  quota: undefined,
  sentAt: undefined,
  status: undefined,
  correlationId: undefined,
  error: undefined
})

/** Redirects are not followed, and the client's own spans are left out: the attempt has one. */
const transport = (context: Context.Context<never>): Context.Context<never> =>
  // `Context.add` keeps what a fiber has derived from its context; `Context.merge` would have it derived anew.
  context.pipe(
    Context.add(HttpClient.TracerDisabledWhen, constTrue),
    Context.add(FetchHttpClient.RequestInit, {
      ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
      redirect: "manual"
    })
  )

export const send = Effect.fnUntraced(function* <Output>(
  call: Prepared<Output>,
  progress: Progress,
  span: Span | undefined
) {
  const auth = Context.get(call.context, Auth)
  const authorization = yield* auth.authorization
  // The only place where a credential is unwrapped to be sent. `Redacted.value` throws for one that was wiped.
  const credential = Result.getOrUndefined(Result.try(() => Redacted.value(authorization)))
  if (credential === undefined || !Input.isTextForHeader(credential)) {
    return yield* new CodatError.Authentication({
      message:
        credential === undefined
          ? "the Authorization header has no value any more"
          : "the Authorization header has a line break or another character that cannot stand in it"
    })
  }
  const clock = Context.get(call.context, Clock.Clock)
  if (clock.currentTimeMillisUnsafe() >= progress.keyEndsAt) {
    return yield* new CodatError.Timeout({ bound: "deadline", duration: Duration.millis(Retry.keyLifetime) })
  }
  progress.authorization = authorization
  progress.sentAt = clock.monotonicTimeNanosUnsafe()
  const redact = Redact.make([credential, ...call.secrets])
  const request = HttpClientRequest.makeWith(
    call.method,
    call.url,
    UrlParams.empty,
    Option.none(),
    headers(call, credential, span),
    call.body
  )
  const response = yield* read(request, call, progress, redact)
  const quota = Response.quota(response.headers)
  if (quota !== undefined) {
    progress.quota = quota
    MutableRef.set(call.quota, quota)
    Telemetry.showQuota(call.context, quota)
  }
  if (!Response.isSuccess(response)) {
    const reason = Response.failure(response, {
      redact,
      isKeyed: call.idempotencyKey !== undefined,
      quota,
      credentials: auth.description,
      host: call.host
    })
    if ("correlationId" in reason) progress.correlationId = reason.correlationId
    return yield* Effect.fail(reason)
  }
  const { content } = response
  const body = Predicate.isString(content) ? Response.parse(content) : content
  const decoded = isMarkup(body, content) ? notJson : call.decode(body)
  return Result.isSuccess(decoded)
    ? decoded.success
    : yield* new CodatError.InvalidResponse({
        statusCode: response.status,
        page: call.page,
        ...Redact.deep(issueOf(body, content, decoded.failure), redact)
      })
})

const headers = (call: Prepared<unknown>, authorization: string, span: Span | undefined): Headers.Headers => {
  const record: Record<string, string> = {
    accept: call.readContent === Response.readText ? "application/json" : "*/*",
    authorization,
    "user-agent": call.settings.userAgent
  }
  if (call.idempotencyKey !== undefined) record["idempotency-key"] = call.idempotencyKey
  if (call.contentType !== undefined) record["content-type"] = call.contentType
  const own = Headers.fromRecordUnsafe(record)
  // Where tracing is off, the span's ids are `noop`, which no trace header may have.
  return span !== undefined && span.traceId !== "noop" && call.settings.propagateTrace
    ? Headers.merge(HttpTraceContext.toHeaders(span), own)
    : own
}

/** Sends the request and reads the whole response in one effect, so that an interruption aborts both. */
const read = (
  request: HttpClientRequest.HttpClientRequest,
  { context, readContent, settings: { maxResponseBytes } }: Prepared<unknown>,
  progress: Progress,
  redact: Redact.Redact
): Effect.Effect<Response.Response, CodatError.Transport | CodatError.InvalidResponse> => {
  const clock = Context.get(context, Clock.Clock)
  const toEnd = (response: HttpClientResponse.HttpClientResponse) => {
    const { headers, status } = response
    progress.status = status
    progress.correlationId = correlationOf(headers, redact)
    const read = Response.isSuccess(response) ? readContent : Response.readText
    return Effect.mapBoth(read(response, headers, maxResponseBytes), {
      onFailure: (error) =>
        error === "too large" ? Response.tooLarge(status, maxResponseBytes) : toTransport(error, redact),
      onSuccess: (content) => ({
        status,
        headers,
        content,
        receivedAt: clock.currentTimeMillisUnsafe()
      })
    })
  }
  return Context.get(context, HttpClient.HttpClient)
    .execute(request)
    .pipe(
      Effect.matchEffect({
        onSuccess: toEnd,
        // A client with `filterStatusOk` fails outside 2xx, but its error holds the response.
        onFailure: (error) =>
          error.reason._tag === "StatusCodeError"
            ? toEnd(error.reason.response)
            : Effect.fail(toTransport(error, redact))
      }),
      Effect.updateContext(transport)
    )
}

/** The body of a 2xx response has no correlation id, so it is taken from a header. */
const correlationOf = (headers: Headers.Headers, redact: Redact.Redact): string | undefined => {
  const id = headers["x-correlation-id"] ?? headers["codat-correlation-id"]
  return id === undefined ? undefined : Redact.deep(id, redact)
}

/** The query of a URL, and its user and password, as of a proxy: some transports quote whole URLs in their messages. */
const queries = /(https?:\/\/[^\s?]+)\?\S*/gi
const users = /(https?:\/\/)[^\s/?#]*@/gi

/** Keeps the safe parts of a transport's error: its message and its system code, not the request that it holds. */
const toTransport = (error: HttpClientError.HttpClientError, redact: Redact.Redact): CodatError.Transport => {
  let message = "description" in error.reason ? error.reason.description : undefined
  let code: string | undefined
  let cause: unknown = error.reason.cause
  for (let depth = 0; depth < 5 && Predicate.isObject(cause); depth++) {
    if (Predicate.isString(cause["message"]) && cause["message"] !== "") message = cause["message"]
    if (Predicate.isString(cause["code"])) code = redact(cause["code"])
    cause = cause["cause"]
  }
  const safe = (message ?? "the connection failed").replace(queries, "$1").replace(users, "$1")
  return new CodatError.Transport(defined({ message: Redact.deep(safe, redact), code }))
}

/** A page of a proxy's or of a sign-in. Where no content is expected, it would count as a success. */
const isMarkup = (body: unknown, content: unknown): boolean =>
  body === undefined && /^\s*</.test(String(content))

/** `issueOf` says what was expected. */
const notJson = Result.fail<Decode.DecodeIssue>({ path: [], message: "" })

/**
 * Where the fault in the body is, and what was expected there. A body that is not JSON is itself the fault. The path
 * can hold names of properties that the network chose.
 */
const issueOf = (
  body: unknown,
  content: unknown,
  { message, path }: Decode.DecodeIssue
): Pick<CodatError.InvalidResponse, "path" | "expected" | "index"> =>
  body === undefined
    ? { path: "", expected: content === "" ? "expected JSON, got nothing" : "expected JSON" }
    : {
        path: Decode.formatPath(path),
        expected: message,
        index: path[0] === "results" && Predicate.isNumber(path[1]) ? path[1] : undefined
      }
