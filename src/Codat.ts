/**
 * The entry point: credentials with the host, policy and limits that belong to them, and requests to any endpoint of
 * Codat.
 *
 * @module Codat
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Auth from "./Auth.ts"
import * as CodatConfig from "./CodatConfig.ts"
import type * as CodatError from "./CodatError.ts"
import * as AnyEndpoint from "./internal/call/AnyEndpoint.ts"
import * as Body from "./internal/call/Body.ts"
import * as Call from "./internal/call/Call.ts"
import { defined } from "./internal/call/Defined.ts"
import type * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import * as Limits from "./internal/call/Limits.ts"
import { refusedBy } from "./internal/call/Refused.ts"
import { readBytes } from "./internal/call/Response.ts"
import * as ResponseNote from "./internal/call/ResponseNote.ts"
import { isKeyed } from "./internal/call/Retryable.ts"
import * as List from "./internal/list/List.ts"
import * as Decode from "./internal/model/Decode.ts"
import type { Page, PagingOptions } from "./Page.ts"
import * as RetryPolicy from "./RetryPolicy.ts"

// -----------------------------------------------------------------------------
// Layers
// -----------------------------------------------------------------------------

/**
 * The options of {@link layer} besides the credentials.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<R = never> extends CodatConfig.Settings {
  /**
   * When requests are sent again.
   *
   * @default RetryPolicy.default
   */
  readonly retry?: RetryPolicy.Policy | undefined
  /**
   * The limiter that delays requests: a layer of `RateLimit`.
   *
   * @default none
   */
  readonly rateLimit?: Layer.Layer<never, CodatError.CodatError, R> | undefined
}

/**
 * Credentials, exactly one of them.
 *
 * @category models
 * @since 0.1.0
 */
export type Credentials<E = never, R = never> =
  | {
      /** An API key: not encoded, and without `Basic` before it. */
      readonly apiKey: Redacted.Redacted<string>
      readonly authHeader?: undefined
      readonly token?: undefined
      readonly oauth?: undefined
    }
  | {
      /** The ready-made header value of Codat's portal, `Basic …`. */
      readonly authHeader: Redacted.Redacted<string>
      readonly apiKey?: undefined
      readonly token?: undefined
      readonly oauth?: undefined
    }
  | {
      /** An access token that does not change. */
      readonly token: Redacted.Redacted<string>
      readonly apiKey?: undefined
      readonly authHeader?: undefined
      readonly oauth?: undefined
    }
  | {
      /** Access tokens that expire. */
      readonly oauth: Auth.OAuthOptions<E, R>
      readonly apiKey?: undefined
      readonly authHeader?: undefined
      readonly token?: undefined
    }

/**
 * Provides `Auth`, and with it everything that belongs to the credentials: the host that they are sent to, the retry
 * policy, the limiter and the quota.
 *
 * **When to use**
 *
 * Once for each Codat account. The host and the limits are part of `Auth`, so a service that captures `Auth` keeps them
 * as well.
 *
 * **Details**
 *
 * Settings that are provided around a call (`CodatConfig.layer`, `RetryPolicy.withPolicy`, `RateLimit.layer`) win. Those
 * that are provided to this layer with `Layer.provide` have no effect: give them as options, or provide them beside it.
 * Fails with `CodatError` of reason `Authentication` when the credentials cannot be sent, and of reason
 * `InvalidRequest`, naming the field, when a setting is not valid or there is no such option.
 *
 * **Gotchas**
 *
 * Effect builds a layer that is used in several places once, which is how they share one limiter. Where the `token` of
 * `oauth` requires a service of which each tenant has its own, call this function for each tenant, or use
 * `Layer.fresh`: otherwise all tenants get the tokens of the first.
 *
 * **Example** (A key, a patient policy and half of the minute's budget)
 *
 * ```ts
 * import { Effect, Redacted, Stream } from "effect"
 * import { FetchHttpClient } from "effect/http"
 * import { Codat, Connections, RateLimit, RetryPolicy, Sandbox } from "effect-codat"
 *
 * const Account = Codat.layer({
 *   apiKey: Redacted.make(Sandbox.apiKey),
 *   baseUrl: "http://127.0.0.1:4010",
 *   retry: RetryPolicy.patient,
 *   rateLimit: RateLimit.layer({ requestsPerMinute: 500 })
 * })
 *
 * const total = Connections.list({ companyId: Sandbox.companyId }).pipe(
 *   Stream.runCount,
 *   Effect.provide([Account, FetchHttpClient.layer])
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <E = never, R = never, R2 = never>(
  options: Credentials<E, R> & Options<R2>
  // Without `NoInfer`, where a layer of any kind is expected, such as in a `LayerMap`, it would require `any`.
): Layer.Layer<Auth.Auth, CodatError.CodatError, NoInfer<R | R2>> =>
  Layer.effect(
    Auth.Auth,
    Effect.gen(function* () {
      const refused = refusedBy("Codat.layer")
      const { apiKey, authHeader, oauth, rateLimit, retry, token, ...others } = { ...options }
      // `others` has the unknown options too, so that they are refused.
      const config = { ...others, ...CodatConfig.given(options) }
      yield* Effect.mapError(Effect.fromResult(CodatConfig.resolve(config)), refused)
      const context = yield* Effect.context<never>()
      const broken = retry === undefined ? undefined : RetryPolicy.check(context, retry)
      if (broken !== undefined) return yield* refused(broken)
      const service = yield* Effect.mapError(
        Auth.make("Codat.layer", { apiKey, authHeader, oauth, token }),
        refused
      )
      // The annotation keeps the layer's own type, which the guard would widen.
      const isLayer: boolean = Layer.isLayer(rateLimit)
      const limits = rateLimit !== undefined && isLayer ? yield* Layer.build(rateLimit) : undefined
      const limiter = limits === undefined ? undefined : Context.getOrUndefined(limits, Limits.Limiter)
      if (rateLimit !== undefined && limiter === undefined) {
        return yield* refused(Input.refused("rateLimit", "a layer of RateLimit that has a limiter"))
      }
      return { ...service, defaults: { config: defined(config), retry, limiter, quota: Limits.makeQuota() } }
    })
  )

/**
 * Provides `Auth` with the credentials, the host and the settings in the configuration.
 *
 * **Details**
 *
 * Reads exactly one of `CODAT_API_KEY`, `CODAT_AUTH_HEADER` (the ready-made `Basic …`) and `CODAT_ACCESS_TOKEN`, and,
 * each optional, `CODAT_BASE_URL`, `CODAT_ATTEMPT_TIMEOUT` (such as `10 seconds`) and `CODAT_USER_AGENT`. Fails as
 * `Auth.layerConfig` and `CodatConfig.layerConfig` do, and with `InvalidRequest` when a setting is not valid. The
 * configuration is read for each part of a program that the layer is provided to, so two parts with different
 * configurations have different credentials. Each part also has its own `RateLimit.quota`.
 *
 * **Gotchas**
 *
 * A layer that contains this one, such as `Layer.merge(Codat.layerConfig, FetchHttpClient.layer)`, is built once for
 * all parts, with one configuration. Parts with different configurations need `Layer.fresh` around it.
 *
 * A limiter, a policy or settings that are provided to this layer with `Layer.provide` have no effect: provide them
 * beside it, as in `Effect.provide([Codat.layerConfig, RateLimit.layer(), FetchHttpClient.layer])`.
 *
 * **Example** (A first program)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { FetchHttpClient } from "effect/http"
 * import { Codat, Connections } from "effect-codat"
 *
 * const program = Connections.list({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Stream.runForEach((connection) => Effect.log(connection.platformName)),
 *   Effect.provide([Codat.layerConfig, FetchHttpClient.layer])
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<Auth.Auth, CodatError.CodatError> = Layer.fresh(
  // A layer that is built once would give the credentials of one configuration to calls of another.
  Layer.effect(
    Auth.Auth,
    Effect.gen(function* () {
      const service = yield* Effect.mapError(Auth.fromConfig, refusedBy("Codat.layerConfig"))
      const config = yield* CodatConfig.fromConfig("Codat.layerConfig")
      yield* Effect.mapError(Effect.fromResult(CodatConfig.resolve(config)), refusedBy("Codat.layerConfig"))
      return { ...service, defaults: { config, quota: Limits.makeQuota() } }
    })
  )
)

// -----------------------------------------------------------------------------
// Any endpoint
// -----------------------------------------------------------------------------

/**
 * A value of a URL's query.
 *
 * @category models
 * @since 0.1.0
 */
export type QueryValue = string | number | boolean | undefined

/**
 * An endpoint that has no function in this library.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestTarget {
  /** The name that spans, metrics and errors carry, such as `Invoices.get`. */
  readonly operation: string
  /** The path from the base URL on, with names in braces: `/companies/{companyId}/data/invoices`. */
  readonly path: string
  /** The values for the names in braces. Each is escaped, so that it cannot change the rest of the path. */
  readonly params?: { readonly [name: string]: string } | undefined
  /** The URL's query; undefined values are left out. */
  readonly query?: { readonly [name: string]: QueryValue } | undefined
}

/**
 * A request to an endpoint that has no function in this library.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestOptions<A> extends RequestTarget {
  /** The HTTP method, which also decides after which failures the request is sent again. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /**
   * The body, which is sent as JSON. A `Redacted` in it is sent as its value, and no error quotes it. A body of bytes or
   * of form data (`HttpBody` of `effect/http`) is sent as it is, and each attempt sends the same bytes. `HttpBody.empty`
   * is no body.
   */
  readonly body?: unknown
  /**
   * The schema of the response. As with Effect's own HTTP clients, a date, an `Option` or another value that JSON does
   * not have can be given by its plain schema, such as `Schema.DateTimeUtc`. Transformations have to be synchronous.
   */
  readonly output: Schema.Codec<A, unknown>
  /**
   * A GUID, for a POST or PATCH only: Codat keeps the first response for 90 minutes and answers a repetition with it.
   * Made for each call when left out.
   */
  readonly idempotencyKey?: string | undefined
}

/**
 * Sends a request to any endpoint of Codat, with the credentials, checks, retries, idempotency keys, limits, errors
 * and spans of every other operation.
 *
 * **When to use**
 *
 * For an endpoint that has no function in this library.
 *
 * **Details**
 *
 * Fails with `InvalidRequest` when the path does not begin with `/`, has a query, a fragment or a `.` or `..` segment,
 * or has a name in braces that is not among the `params`; when one of the `params` is not in the path; when a GET has a
 * `body`; when another method than POST and PATCH has an `idempotencyKey`; when a part of the `body` would be lost in
 * JSON, such as a `Map`, a bigint or `NaN`; when it is a stream, which could not be sent again; and when the content
 * type of bytes is not valid in a header.
 *
 * **Example** (The invoices of a company)
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Codat } from "effect-codat"
 *
 * const invoice = (companyId: string, invoiceId: string) =>
 *   Codat.request({
 *     operation: "Invoices.get",
 *     method: "GET",
 *     path: "/companies/{companyId}/data/invoices/{invoiceId}",
 *     params: { companyId, invoiceId },
 *     output: Schema.Struct({ id: Schema.String, totalAmount: Schema.Finite })
 *   })
 * ```
 *
 * **Example** (Attaching a file to an invoice)
 *
 * ```ts
 * import { Schema } from "effect"
 * import { HttpBody } from "effect/http"
 * import { Codat } from "effect-codat"
 *
 * const attach = (params: { companyId: string; connectionId: string; invoiceId: string }, file: File) =>
 *   Codat.request({
 *     operation: "Invoices.attach",
 *     method: "POST",
 *     path: "/companies/{companyId}/connections/{connectionId}/push/invoices/{invoiceId}/attachment",
 *     params,
 *     body: HttpBody.formDataRecord({ file }),
 *     output: Schema.Unknown
 *   })
 * ```
 *
 * @see {@link download} for a response that is not JSON
 * @category requests
 * @since 0.1.0
 */
export const request = <A>(
  options: RequestOptions<A>
): Effect.Effect<A, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth> => {
  const refused =
    Input.check(requestRules, options) ??
    AnyEndpoint.checkPath(options) ??
    checkKey(options) ??
    checkBody(options)
  if (refused !== undefined) return Call.fail(AnyEndpoint.named("Codat.request", options), refused)
  const { body, idempotencyKey, method, output, query } = options
  const { input, ...parts } = AnyEndpoint.partsOf(options)
  const endpoint = {
    ...parts,
    method,
    // `checkKey` has refused it for other methods than POST and PATCH.
    input: { ...input, idempotencyKey: requestRules.idempotencyKey },
    output,
    // The JSON form of nothing is null, but a response without content is not JSON: it is decoded as it is.
    decode: Decode.compile(Schema.Union([Schema.toCodecJson(output), output]))
  }
  // Written at each run and not here: until then the body can change, and its secrets can be wiped.
  return Effect.flatMap(
    Effect.suspend(() => Body.of(body)),
    (written) =>
      Call.run<Endpoint.Options, A>({ ...endpoint, body: () => written }, { ...query, idempotencyKey })
  )
}

/**
 * A downloaded file.
 *
 * @category models
 * @since 0.1.0
 */
export interface Download {
  /** The bytes of the file, all of them in memory. */
  readonly content: Uint8Array
  /** The `content-type` header, such as `application/pdf`. */
  readonly contentType?: string | undefined
}

/**
 * Reads the content of a response that is not JSON, such as an attachment, with all that {@link request} has.
 *
 * **Details**
 *
 * The content is kept in memory. More than `CodatConfig.maxResponseBytes` (64 MiB unless set) fails with
 * `InvalidResponse`. Otherwise it fails as {@link request} does.
 *
 * **Gotchas**
 *
 * Every 2xx response is a success, also a web page that a proxy sends in place of the file: check `contentType`.
 *
 * **Example** (An attachment of an invoice)
 *
 * ```ts
 * import { Codat } from "effect-codat"
 *
 * const attachment = (params: {
 *   companyId: string
 *   connectionId: string
 *   invoiceId: string
 *   attachmentId: string
 * }) =>
 *   Codat.download({
 *     operation: "Invoices.downloadAttachment",
 *     path: "/companies/{companyId}/connections/{connectionId}/data/invoices/{invoiceId}/attachments/{attachmentId}/download",
 *     params
 *   })
 * ```
 *
 * @category requests
 * @since 0.1.0
 */
export const download = (
  options: RequestTarget
): Effect.Effect<Download, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth> => {
  const refused = Input.check(downloadRules, options) ?? AnyEndpoint.checkPath(options)
  if (refused !== undefined) return Call.fail(AnyEndpoint.named("Codat.download", options), refused)
  return Call.run<Endpoint.Options, Download>(
    {
      ...AnyEndpoint.partsOf(options),
      method: "GET",
      body: undefined,
      output: Schema.Unknown,
      readContent: (response, headers, maxBytes) =>
        Effect.map(readBytes(response, headers, maxBytes), (content) =>
          defined({ content, contentType: headers["content-type"] })
        ),
      // It is what `readContent` gave.
      decode: (content) => Result.succeed(content as Download)
    },
    { ...options.query }
  )
}

/**
 * A list of Codat that has no function in this library.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestPagesOptions<A> extends RequestTarget, PagingOptions {
  /** The URL's query, such as `query` and `orderBy`; `page` and `pageSize` are set by the paging. */
  readonly query?: { readonly [name: string]: QueryValue } | undefined
  /** The schema of each row, as `output` of {@link RequestOptions}. */
  readonly item: Schema.Codec<A, unknown>
  /**
   * The property that identifies a row, so that no row is given twice when the list changes while it is read.
   *
   * @default "id"
   */
  readonly id?: string | undefined
}

/**
 * Streams the pages of any list of Codat, lazily and with the same guarantees as `Connections.pages`.
 *
 * **Details**
 *
 * Fails as `Connections.list` does, and with `InvalidRequest` as {@link request} does for `path` and `params`, and when
 * `query` has `page`, `pageSize` or another option of the paging.
 *
 * **Example** (Every invoice of a company)
 *
 * ```ts
 * import { Schema, Stream } from "effect"
 * import { Codat } from "effect-codat"
 *
 * const invoices = (companyId: string) =>
 *   Codat.requestPages({
 *     operation: "Invoices.list",
 *     path: "/companies/{companyId}/data/invoices",
 *     params: { companyId },
 *     query: { orderBy: "-issueDate" },
 *     item: Schema.Struct({ id: Schema.String, totalAmount: Schema.Finite })
 *   }).pipe(Stream.flatMap((page) => Stream.fromIterable(page.results)))
 * ```
 *
 * @category requests
 * @since 0.1.0
 */
export const requestPages = <A>(
  options: RequestPagesOptions<A>
): Stream.Stream<Page<A>, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth> => {
  const refused = Input.check(requestPagesRules, options) ?? AnyEndpoint.checkPath(options)
  if (refused !== undefined) {
    return Stream.unwrap(Call.fail(AnyEndpoint.named("Codat.requestPages", options), refused))
  }
  const { concurrency, id, invalid, item, operation, pageSize, query, startPage } = options
  const { input, ...parts } = AnyEndpoint.partsOf(options)
  const list = List.of<Endpoint.Options, A>({
    ...parts,
    filter: input,
    item: Schema.toCodecJson(item),
    id: id ?? "id",
    repair: undefined
  })
  return List.pages<Endpoint.Options, Endpoint.Options, A>(
    operation,
    list
  )({ ...query, pageSize, startPage, concurrency, invalid })
}

const requestRules: Input.Rules<RequestOptions<unknown>> = {
  ...AnyEndpoint.rules("idempotencyKey"),
  method: Input.oneOf("GET", "POST", "PUT", "PATCH", "DELETE"),
  body: Input.anything,
  output: AnyEndpoint.schema,
  idempotencyKey: Input.optional(Input.idempotencyKey)
}

const downloadRules: Input.Rules<RequestTarget> = AnyEndpoint.rules("idempotencyKey")

const requestPagesRules: Input.Rules<RequestPagesOptions<unknown>> = {
  ...AnyEndpoint.rules("page", ...Object.keys(List.streamRules)),
  item: AnyEndpoint.schema,
  id: Input.optional(Input.nonEmptyText),
  ...List.streamRules
}

const checkKey = ({
  idempotencyKey,
  method
}: RequestOptions<unknown>): CodatError.InvalidRequest | undefined =>
  idempotencyKey === undefined || isKeyed(method)
    ? undefined
    : Input.refused("idempotencyKey", "left out: only POST and PATCH have one")

/** `fetch` refuses to send it with a GET, and other clients send what most servers ignore. */
const checkBody = ({ body, method }: RequestOptions<unknown>): CodatError.InvalidRequest | undefined =>
  method === "GET" && !Body.isNone(body)
    ? Input.refused("body", "left out: a GET request has none")
    : undefined

// -----------------------------------------------------------------------------
// Responses
// -----------------------------------------------------------------------------

/**
 * What is known about a response besides its content.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response {
  /** The HTTP status. */
  readonly status: number
  /** The id that Codat's support asks for, where the response has one. */
  readonly correlationId?: string | undefined
  /** The quota that the response reported. */
  readonly quota?: CodatError.Quota | undefined
  /** The failed attempts before it, each with its reason and the wait after it. */
  readonly attempts: ReadonlyArray<CodatError.Attempt>
}

/**
 * Gives the value of a call together with the {@link Response} that it came from.
 *
 * **Details**
 *
 * When the effect makes several calls, the response is that of the last one; when it makes none, it is undefined. An
 * effect inside can use `withResponse` as well.
 *
 * **Example** (How much of the quota is left after a call)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Codat, Connections } from "effect-codat"
 *
 * const remaining = (companyId: string, connectionId: string) =>
 *   Connections.get({ companyId, connectionId }).pipe(
 *     Codat.withResponse,
 *     Effect.map(({ response, value }) => [value.status, response?.quota?.remaining])
 *   )
 * ```
 *
 * @category responses
 * @since 0.1.0
 */
export const withResponse = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<
  {
    /** What the effect succeeds with. */
    readonly value: A
    /** The response of the last call; undefined when the effect makes no call. */
    readonly response: Response | undefined
  },
  E,
  R
> =>
  Effect.map(ResponseNote.withNote(effect), ({ note, value }) => ({
    value,
    response: note === undefined ? undefined : defined(note)
  }))
