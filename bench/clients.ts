/**
 * The sides of the comparisons over HTTP: no SDK at all, this one, and Codat's own.
 */
import { CodatPlatformCore } from "@codat/platform/core.js"
import { connectionsGet } from "@codat/platform/funcs/connectionsGet.js"
import { connectionsList } from "@codat/platform/funcs/connectionsList.js"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Auth from "effect-codat/Auth"
import * as CodatConfig from "effect-codat/CodatConfig"
import * as Connections from "effect-codat/Connections"
import { request } from "undici"
import type { Transport } from "../test/support/Transports.ts"
import { authHeader, companyId, uuid } from "./fixture.ts"

const connectionId = uuid(1)

/** What every side does: read all pages in order, or read one connection so many times. */
export interface Client {
  readonly list: () => Promise<number>
  readonly get: (times: number) => Promise<number>
}

interface RawPage {
  readonly results: ReadonlyArray<{ readonly id: string }>
  readonly _links?: { readonly next?: unknown }
}

const headers = { accept: "application/json", authorization: authHeader, "user-agent": "bench" }

/** Reads an answer by hand. */
export type Read = (url: string) => Promise<string>

export const byFetch: Read = async (url) => (await fetch(url, { headers })).text()

export const byUndici: Read = async (url) => (await request(url, { headers })).body.text()

/** A request and `JSON.parse`, and nothing that an SDK is for. */
export const raw = (url: string, read = byFetch): Client => ({
  list: async () => {
    let count = 0
    for (let page = 1; ; page++) {
      const body: RawPage = JSON.parse(
        await read(`${url}/companies/${companyId}/connections?page=${page}&pageSize=100`)
      )
      count += body.results.length
      if (body._links?.next === undefined) return count
    }
  },
  get: async (times) => {
    let count = 0
    for (let n = 0; n < times; n++) {
      const text = await read(`${url}/companies/${companyId}/connections/${connectionId}`)
      count += (JSON.parse(text) as { readonly id: string }).id.length
    }
    return count
  }
})

/** The same, with pages fetched ahead by so many loops, once the first has told how many there are. */
export const rawAhead = (url: string, pages: number, width: number) => async (): Promise<number> => {
  const count = async (page: number): Promise<number> => {
    const text = await byFetch(`${url}/companies/${companyId}/connections?page=${page}&pageSize=100`)
    return (JSON.parse(text) as RawPage).results.length
  }
  let total = await count(1)
  let newest = 1
  const loop = async () => {
    while (newest < pages) total += await count(++newest)
  }
  await Promise.all(Array.from({ length: width }, loop))
  return total
}

/** Effect's own HTTP client and `JSON.parse`: what this SDK is built on. */
export const bare = (url: string, transport: Transport = FetchHttpClient.layer): Client => {
  const runtime = ManagedRuntime.make(transport)
  const json = (path: string) =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const response = yield* client.execute(HttpClientRequest.get(url + path, { headers }))
      return JSON.parse(yield* response.text) as unknown
    }).pipe(Effect.provideService(HttpClient.TracerDisabledWhen, () => true))
  return {
    list: () =>
      runtime.runPromise(
        Effect.gen(function* () {
          let count = 0
          for (let page = 1; ; page++) {
            const body = (yield* json(
              `/companies/${companyId}/connections?page=${page}&pageSize=100`
            )) as RawPage
            count += body.results.length
            if (body._links?.next === undefined) return count
          }
        })
      ),
    get: (times) =>
      runtime.runPromise(
        Effect.gen(function* () {
          let count = 0
          for (let n = 0; n < times; n++) {
            const body = (yield* json(`/companies/${companyId}/connections/${connectionId}`)) as {
              readonly id: string
            }
            count += body.id.length
          }
          return count
        })
      )
  }
}

/** This SDK. */
export const ours = (
  url: string,
  {
    concurrency = 1,
    transport = FetchHttpClient.layer
  }: { readonly concurrency?: number; readonly transport?: Transport } = {}
): Client => {
  const runtime = ManagedRuntime.make(
    Layer.mergeAll(
      Auth.layerAuthHeader({ authHeader: Redacted.make(authHeader) }),
      CodatConfig.layer({ baseUrl: url }),
      transport
    )
  )
  const all = Stream.runFold(
    Connections.list({ companyId, pageSize: 100, concurrency }),
    () => 0,
    (count, connection) => count + (connection.id === "" ? 0 : 1)
  )
  return {
    list: () => runtime.runPromise(all),
    get: (times) =>
      runtime.runPromise(
        Effect.gen(function* () {
          let count = 0
          for (let n = 0; n < times; n++) {
            count += (yield* Connections.get({ companyId, connectionId })).id.length
          }
          return count
        })
      )
  }
}

/** Codat's SDK, by its standalone functions, looped by hand because it does not page. */
export const peer = (url: string): Client => {
  const core = new CodatPlatformCore({ authHeader, serverURL: url })
  return {
    list: async () => {
      let count = 0
      for (let page = 1; ; page++) {
        const answer = await connectionsList(core, { companyId, page, pageSize: 100 })
        if (!answer.ok) throw answer.error
        count += answer.value.results?.length ?? 0
        if (answer.value.links?.next === undefined) return count
      }
    },
    get: async (times) => {
      let count = 0
      for (let n = 0; n < times; n++) {
        const answer = await connectionsGet(core, { companyId, connectionId })
        if (!answer.ok) throw answer.error
        count += answer.value.id.length
      }
      return count
    }
  }
}
