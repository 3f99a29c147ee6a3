import { describe, expectTypeOf, it } from "@effect/vitest"
import type { Context, Duration } from "effect"
import { Effect, LayerMap, Redacted, Schema, Stream } from "effect"
import type { HttpClient } from "effect/http"
import type { Connection, Page, Query } from "effect-codat"
import { Auth, Codat, CodatConfig, CodatError, Connections, RetryPolicy } from "effect-codat"
import { effect, type Fails, layer, type Needs, stream } from "./support/types.ts"

const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"
const connectionId = "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd"

describe("operations", () => {
  it("list is a stream of connections", () => {
    const self = stream(Connections.list({ companyId }))
    self.value.toEqualTypeOf<Connection.Connection>()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })

  it("pages is a stream of pages", () => {
    const self = stream(Connections.pages({ companyId }))
    expectTypeOf(self.value).not.toBeAny()
    self.value.toExtend<Page.Page<Connection.Connection>>()
    expectTypeOf<Page.Page<Connection.Connection>>().toExtend<
      Stream.Success<ReturnType<typeof Connections.pages>>
    >()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })

  it("page is one page", () => {
    const self = effect(Connections.page({ companyId }))
    self.value.toExtend<Page.Page<Connection.Connection>>()
    expectTypeOf<Page.Page<Connection.Connection>>().toExtend<
      Effect.Success<ReturnType<typeof Connections.page>>
    >()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })

  it("count is a number", () => {
    const self = effect(Connections.count({ companyId }))
    self.value.toEqualTypeOf<number>()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })

  it("get, create, unlink and updateAuthorization are a connection", () => {
    const all = [
      effect(Connections.get({ companyId, connectionId })),
      effect(Connections.create({ companyId, platformKey: "gbol" })),
      effect(Connections.unlink({ companyId, connectionId })),
      effect(Connections.updateAuthorization({ companyId, connectionId, credentials: {} }))
    ] as const
    for (const self of all) {
      self.value.toEqualTypeOf<Connection.Connection>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("delete is nothing", () => {
    const self = effect(Connections.delete({ companyId, connectionId }))
    self.value.toEqualTypeOf<void>()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })
})

describe("any endpoint", () => {
  it("request and requestPages are what their schemas say, and download a file", () => {
    const to = { operation: "Invoices.get", path: "/invoices" }
    const request = effect(
      Codat.request({ ...to, method: "GET", output: Schema.Struct({ id: Schema.String }) })
    )
    request.value.toEqualTypeOf<{ readonly id: string }>()
    const pages = stream(Codat.requestPages({ ...to, item: Schema.FiniteFromString }))
    pages.value.toEqualTypeOf<Page.Page<number>>()
    const download = effect(Codat.download(to))
    download.value.toEqualTypeOf<Codat.Download>()
    for (const self of [request, pages, download]) {
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("withResponse keeps errors and requirements", () => {
    const self = effect(Codat.withResponse(Connections.get({ companyId, connectionId })))
    self.value.toEqualTypeOf<{
      readonly value: Connection.Connection
      readonly response: Codat.Response | undefined
    }>()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })
})

describe("options", () => {
  it("are plain values, each optional one undefined or absent", () => {
    expectTypeOf<Connections.ListOptions>().toEqualTypeOf<{
      readonly companyId: string
      readonly query?: string | Query.Query<Connection.Connection> | undefined
      readonly orderBy?: Query.OrderBy<Connection.Connection> | undefined
      readonly pageSize?: number | undefined
      readonly startPage?: number | undefined
      readonly concurrency?: number | undefined
      readonly invalid?: "fail" | "skip" | undefined
    }>()
    expectTypeOf<Connections.PageOptions>().toEqualTypeOf<{
      readonly companyId: string
      readonly query?: string | Query.Query<Connection.Connection> | undefined
      readonly orderBy?: Query.OrderBy<Connection.Connection> | undefined
      readonly pageSize?: number | undefined
      readonly page?: number | undefined
    }>()
    expectTypeOf<Connections.CreateOptions>().toEqualTypeOf<{
      readonly companyId: string
      readonly platformKey: string
      readonly idempotencyKey?: string | undefined
    }>()
    expectTypeOf<Connections.UnlinkOptions>().toEqualTypeOf<{
      readonly companyId: string
      readonly connectionId: string
      readonly idempotencyKey?: string | undefined
    }>()
    expectTypeOf<Connections.UpdateAuthorizationOptions["credentials"]>().toEqualTypeOf<
      Readonly<Record<string, string | Redacted.Redacted<string>>>
    >()
  })
})

it("a count takes no page", () => {
  expectTypeOf<Parameters<typeof Connections.count>[0]>().not.toHaveProperty("page")
  expectTypeOf<Parameters<typeof Connections.count>[0]>().toHaveProperty("query")
})

describe("policies", () => {
  it("leave the type of an effect and of a stream as it is, in both forms", () => {
    const policy = RetryPolicy.patient
    const effects = [
      effect(Connections.count({ companyId }).pipe(RetryPolicy.withPolicy(policy))),
      effect(RetryPolicy.withPolicy(Connections.count({ companyId }), policy))
    ] as const
    for (const self of effects) {
      self.value.toEqualTypeOf<number>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
    const streams = [
      stream(Connections.list({ companyId }).pipe(RetryPolicy.withPolicy(policy))),
      stream(Connections.list({ companyId }).pipe(RetryPolicy.withPolicy(policy), Stream.take(1))),
      stream(RetryPolicy.withPolicy(Connections.list({ companyId }), policy))
    ] as const
    for (const self of streams) {
      self.value.toEqualTypeOf<Connection.Connection>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("leave an effect of unknown parts as it is", () => {
    const generic = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      self.pipe(RetryPolicy.withPolicy(RetryPolicy.none))
    effect(generic(Connections.count({ companyId }))).value.toEqualTypeOf<number>()
  })

  it("are never a requirement", () => {
    expectTypeOf(RetryPolicy.RetryPolicy).toExtend<Context.Reference<RetryPolicy.Policy>>()
    expectTypeOf(CodatConfig.CodatConfig).toExtend<Context.Reference<CodatConfig.Settings>>()
    layer(RetryPolicy.layer(RetryPolicy.none)).value.toEqualTypeOf<never>()
    layer(CodatConfig.layer({})).error.toEqualTypeOf<never>()
    layer(CodatConfig.layerConfig).error.toEqualTypeOf<CodatError.CodatError>()
  })
})

describe("credentials", () => {
  it("enter redacted, and layers fail with CodatError", () => {
    const layers = [
      layer(Auth.layerApiKey({ apiKey: Redacted.make("x") })),
      layer(Auth.layerAuthHeader({ authHeader: Redacted.make("x") })),
      layer(Auth.layerBearer({ token: Redacted.make("x") })),
      layer(Auth.layerConfig)
    ] as const
    for (const self of layers) {
      self.value.toEqualTypeOf<Auth.Auth>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<never>()
    }
    expectTypeOf(Auth.layerApiKey).parameter(0).toEqualTypeOf<{
      readonly apiKey: Redacted.Redacted<string>
    }>()
  })
})

describe("an account", () => {
  it("has exactly one kind of credentials", () => {
    const apiKey = Redacted.make("x")
    layer(Codat.layer({ apiKey, token: undefined })).needs.toEqualTypeOf<never>()
    // @ts-expect-error: two kinds
    void Codat.layer({ apiKey, token: apiKey })
    // @ts-expect-error: two kinds
    void Codat.layer({ apiKey, oauth: { token: Effect.succeed(apiKey) } })
    // @ts-expect-error: none
    void Codat.layer({ baseUrl: "https://api.codat.io" })
  })

  it("requires what its token source requires", () => {
    const token: Effect.Effect<Auth.Token, Error, HttpClient.HttpClient> = Effect.never
    layer(Codat.layer({ oauth: { token } })).needs.toEqualTypeOf<HttpClient.HttpClient>()
  })
})

describe("a layer of credentials", () => {
  it("requires what it requires also where a layer of any kind is expected", () => {
    const apiKey = Redacted.make("x")
    const token: Effect.Effect<Auth.Token, Error, HttpClient.HttpClient> = Effect.never
    class ByKey extends LayerMap.Service<ByKey>()("ByKey", {
      lookup: (_: string) => Codat.layer({ apiKey })
    }) {}
    layer(ByKey.layer).needs.toEqualTypeOf<never>()
    class ByToken extends LayerMap.Service<ByToken>()("ByToken", {
      lookup: (_: string) => Codat.layer({ oauth: { token } })
    }) {}
    layer(ByToken.layer).needs.toEqualTypeOf<HttpClient.HttpClient>()
    class ByAuth extends LayerMap.Service<ByAuth>()("ByAuth", {
      lookup: (_: string) => Auth.layerOAuth({ token })
    }) {}
    layer(ByAuth.layer).needs.toEqualTypeOf<HttpClient.HttpClient>()
  })
})

describe("errors", () => {
  it("have sixteen reasons", () => {
    expectTypeOf<CodatError.Reason["_tag"]>().toEqualTypeOf<
      | "BadRequest"
      | "Unauthorized"
      | "PaymentRequired"
      | "Forbidden"
      | "NotFound"
      | "Conflict"
      | "UnprocessableContent"
      | "RateLimited"
      | "ServerError"
      | "UnexpectedStatus"
      | "InvalidRequest"
      | "InvalidResponse"
      | "Transport"
      | "Timeout"
      | "Authentication"
      | "Pagination"
    >()
    expectTypeOf(CodatError.isCodatError).guards.toExtend<CodatError.CodatError>()
    expectTypeOf<CodatError.CodatError["isRetryable"]>().toEqualTypeOf<boolean>()
    expectTypeOf<CodatError.CodatError["retryAfter"]>().toEqualTypeOf<Duration.Duration | undefined>()
  })
})
