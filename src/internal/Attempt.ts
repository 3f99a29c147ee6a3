/**
 * One attempt of a call: authorise, send, read to the end, classify, decode.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { constTrue } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import type * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as UrlParams from "effect/http/UrlParams"
import * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Auth } from "../Auth.ts"
import * as CodatError from "../CodatError.ts"
import * as Answer from "./Answer.ts"
import { defined } from "./Defined.ts"
import type { Endpoint } from "./Endpoint.ts"
import * as Metrics from "./Metrics.ts"
import * as Decode from "./model/Decode.ts"
import { LastQuota } from "./Quota.ts"
import * as Scrub from "./Scrub.ts"
import { isTextForHeader } from "./Settings.ts"

/** One call, ready to be sent as often as it takes. */
export interface Call<Output> {
  /** Read once, when the call begins. */
  readonly context: Context.Context<HttpClient.HttpClient | Auth>
  readonly operation: string
  readonly method: Endpoint<never, Output>["method"]
  readonly path: string
  readonly url: string
  readonly idempotencyKey: string | undefined
  /** Whether the key is the caller's, so that an earlier call may still be running under it. */
  readonly ownKey: boolean
  readonly body: HttpBody.HttpBody
  readonly secrets: ReadonlyArray<string>
  readonly page: number | undefined
  readonly userAgent: string
  readonly attemptTimeout: Duration.Duration
  readonly output: Endpoint<never, Output>["output"]
}

/** What an attempt sent, for the one who is told that it was refused. */
export interface Sent {
  authorization: Redacted.Redacted<string> | undefined
}

/** Redirects are not followed, and the client's own spans are left out: one span an operation. */
const transport = (context: Context.Context<never>): Context.Context<never> =>
  context.pipe(
    Context.add(HttpClient.TracerDisabledWhen, constTrue),
    Context.add(FetchHttpClient.RequestInit, {
      ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
      redirect: "manual"
    })
  )

export const attempt = Effect.fnUntraced(function* <Output>(call: Call<Output>, sent: Sent) {
  const authorization = yield* Context.get(call.context, Auth).authorization
  // The only place where a credential is unwrapped to be sent. One that was wiped throws.
  const credential = Result.getOrUndefined(Result.try(() => Redacted.value(authorization)))
  if (credential === undefined || !isTextForHeader(credential)) {
    return yield* new CodatError.Auth({
      message:
        credential === undefined
          ? "the Authorization header has no value any more"
          : "the Authorization header has a line break or another character that cannot stand in it"
    })
  }
  sent.authorization = authorization
  const scrub = Scrub.scrubber([credential, ...call.secrets])
  const request = HttpClientRequest.makeWith(
    call.method,
    call.url,
    UrlParams.empty,
    Option.none(),
    headers(call, credential),
    call.body
  )
  const answer = yield* read(request, call.context, scrub)
  remember(answer, call.context)
  if (answer.status < 200 || answer.status > 299)
    return yield* Effect.fail(Answer.failure(answer, scrub, call.idempotencyKey !== undefined))
  const decoded = decode(call, answer)
  return Result.isSuccess(decoded)
    ? decoded.success
    : yield* new CodatError.InvalidResponse({
        statusCode: answer.status,
        page: call.page,
        ...decoded.failure
      })
})

const headers = <Output>(call: Call<Output>, authorization: string): Headers.Headers => {
  const record: Record<string, string> = {
    accept: "application/json",
    authorization,
    "user-agent": call.userAgent
  }
  if (call.idempotencyKey !== undefined) record["idempotency-key"] = call.idempotencyKey
  if (call.body._tag !== "Empty") record["content-type"] = "application/json"
  return Headers.fromRecordUnsafe(record)
}

/** Sends and reads the answer to its end, so that an interruption aborts either. */
const read = (
  request: HttpClientRequest.HttpClientRequest,
  context: Context.Context<HttpClient.HttpClient>,
  scrub: Scrub.Scrub
): Effect.Effect<Answer.Answer, CodatError.Transport> => {
  const clock = Context.get(context, Clock.Clock)
  const toEnd = ({ headers, status, text }: HttpClientResponse.HttpClientResponse) =>
    Effect.map(text, (text) => ({ status, headers, text, receivedAt: clock.currentTimeMillisUnsafe() }))
  return Context.get(context, HttpClient.HttpClient)
    .execute(request)
    .pipe(
      Effect.matchEffect({
        onSuccess: toEnd,
        // A client that was told to fail on bad statuses still has the answer.
        onFailure: (error) =>
          error.reason._tag === "StatusCodeError" ? toEnd(error.reason.response) : Effect.fail(error)
      }),
      Effect.mapError((error) => lost(error, scrub)),
      Effect.updateContext(transport)
    )
}

/** The query of a URL: some runtimes' messages quote the whole of it. */
const queries = /(https?:\/\/[^\s?]+)\?\S*/g

/** Keeps of a transport's error what is safe: its message and its system code, not the request it holds. */
const lost = (error: HttpClientError.HttpClientError, scrub: Scrub.Scrub): CodatError.Transport => {
  let message = "description" in error.reason ? error.reason.description : undefined
  let code: string | undefined
  let cause: unknown = error.reason.cause
  for (let depth = 0; depth < 5 && Predicate.isObject(cause); depth++) {
    if (Predicate.isString(cause["message"]) && cause["message"] !== "") message = cause["message"]
    if (Predicate.isString(cause["code"])) code = scrub(cause["code"])
    cause = cause["cause"]
  }
  const safe = scrub(message ?? "the connection failed").replace(queries, "$1")
  return new CodatError.Transport(defined({ message: safe, code }))
}

const remember = (answer: Answer.Answer, context: Context.Context<never>): void => {
  const quota = Answer.quota(answer.headers)
  if (quota === undefined) return
  MutableRef.set(Context.get(context, LastQuota), quota)
  if (quota.remaining !== undefined) Metrics.quotaRemaining.updateUnsafe(quota.remaining, context)
}

type Invalid = Pick<CodatError.InvalidResponse, "path" | "expected" | "index">

const decode = <Output>(call: Call<Output>, answer: Answer.Answer): Result.Result<Output, Invalid> => {
  const body = Answer.parse(answer.text)
  const decoded = call.output(body)
  if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
  if (body === undefined) {
    return Result.fail({
      path: "",
      expected: answer.text === "" ? "expected JSON, got nothing" : "expected JSON"
    })
  }
  return Result.fail(fault(decoded.failure))
}

const fault = ({ message, path }: Decode.DecodeIssue): Invalid => ({
  path: Decode.formatPath(path),
  expected: message,
  index: path[0] === "results" && Predicate.isNumber(path[1]) ? path[1] : undefined
})
