/**
 * What is decided before the first attempt of a call: whether its input and settings are valid, what is sent, and which
 * settings, policy and limiter are in force.
 */
import * as Context from "effect/Context"
import type * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { Auth } from "../../Auth.ts"
import * as CodatConfig from "../../CodatConfig.ts"
import type * as CodatError from "../../CodatError.ts"
import * as RetryPolicy from "../../RetryPolicy.ts"
import type * as Decode from "../model/Decode.ts"
import type * as Attempt from "./Attempt.ts"
import * as Body from "./Body.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Input from "./Input.ts"
import * as Limits from "./Limits.ts"
import * as Response from "./Response.ts"
import type * as Retry from "./Retry.ts"
import * as Telemetry from "./Telemetry.ts"

type Requirements = HttpClient.HttpClient | Auth

/**
 * An endpoint ready to be called: its description, its decoder, and the rule for `idempotencyKey` where it takes one.
 */
export interface Callable<Input, Output> extends Endpoint.Endpoint {
  readonly body: ((input: Input) => Body.Written) | undefined
  /** Reads a response that is not JSON. */
  readonly readContent?: Response.ReadContent | undefined
  readonly decode: Decode.Decode<Output>
  /** Parameters that are sent in the URL's query at each call. */
  readonly fixedQuery?: string | undefined
  /** What spans and metrics show as the path, where `path` has ids in it. */
  readonly template?: string | undefined
}

/** A call with all that was read of its endpoint, input and settings. */
export interface Call<Output> extends Attempt.Prepared<Output> {
  readonly rules: Retry.Rules
  readonly limit: Limits.Limit
  /** The filter, to be named in the error of a list; undefined for other requests. */
  readonly query: string | undefined
}

/**
 * Checks the input and the settings, and writes the request. What is provided around a call wins over what came with
 * the credentials.
 */
export const prepare = <Input, Output>(
  endpoint: Callable<Input, Output>,
  input: Input,
  context: Context.Context<Requirements>
): Result.Result<Call<Output>, CodatError.InvalidRequest> => {
  const auth = Context.get(context, Auth)
  const { defaults } = auth
  const policy =
    Context.getOrUndefined(context, RetryPolicy.RetryPolicy) ?? defaults?.retry ?? RetryPolicy.default
  const refused = Input.check(endpoint.input, input) ?? RetryPolicy.check(context, policy)
  if (refused !== undefined) return Result.fail(refused)
  const settings = CodatConfig.current(context, defaults?.config)
  if (Result.isFailure(settings)) return Result.fail(settings.failure)
  const { baseUrl, host, server } = settings.success
  // `Input.check` has refused everything but an object with the options that the rules name.
  const options = input as Endpoint.Options
  const path = Endpoint.pathOf(endpoint.path, options)
  const written = endpoint.body?.(input) ?? Body.none
  if (Result.isFailure(written)) return Result.fail(written.failure)
  Telemetry.annotateOptions(context, options)
  const { idempotencyKey, query } = options
  const page = options["page"] ?? ("page" in endpoint.input ? 1 : undefined)
  return Result.succeed({
    context,
    operation: endpoint.operation,
    method: endpoint.method,
    template: endpoint.template ?? endpoint.path,
    host,
    server,
    path,
    url: baseUrl + path + Endpoint.searchOf(endpoint.query, options, endpoint.fixedQuery),
    idempotencyKey: Predicate.isString(idempotencyKey) ? idempotencyKey : undefined,
    ...written.success,
    page: Predicate.isNumber(page) ? page : undefined,
    query: Predicate.isString(query) ? query : undefined,
    settings: settings.success,
    quota: Limits.quotaOf(context, auth),
    readContent: endpoint.readContent ?? Response.readText,
    decode: endpoint.decode,
    rules: { method: endpoint.method, policy, isCallersKey: idempotencyKey !== undefined },
    limit: Context.getOrUndefined(context, Limits.Limiter) ?? defaults?.limiter ?? Limits.unlimited
  })
}
