import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as TestConsole from "effect/testing/TestConsole"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"
import * as Access from "../src/internal/sandbox/server/Access.ts"
import { table } from "../src/internal/sandbox/server/Table.ts"
import { at, Base, basic, connections, list, node, overHttp } from "./SandboxMounts.ts"

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: string
}

/** A request as a program in any language sends it. */
const ask = Effect.fnUntraced(function* (path: string, { body, headers, json, method }: Asked = {}) {
  const base = yield* Base
  return yield* Effect.promise(async () => {
    const response = await fetch(`${base}${path}`, {
      method: method ?? "GET",
      redirect: "manual",
      headers: { ...(json === undefined ? undefined : { "content-type": "application/json" }), ...headers },
      ...(json !== undefined ? { body: JSON.stringify(json) } : body !== undefined ? { body } : undefined)
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: parsed(text)
    }
  })
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const serve = (options?: SandboxServer.Options) => overHttp.layer({ connections: 20, ...options })
const authorised = { authorization: basic }

describe("the controls over HTTP", () => {
  it.effect("are described by an OpenAPI document of the sandbox's own", () =>
    Effect.gen(function* () {
      const { json, status } = yield* ask("/__sandbox/openapi.json")
      assert.strictEqual(status, 200)
      assert.match(String(at(json, "openapi")), /^3\.1/)
      const described = Object.entries(at(json, "paths") as Record<string, object>).flatMap(
        ([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
      )
      const wanted = Object.values(table).map(
        ({ method, path }) => `${method} /__sandbox${path.replaceAll(/:(\w+)/g, "{$1}")}`
      )
      assert.sameMembers(described, wanted)
      assert.strictEqual(
        at(json, "paths", "/__sandbox/authorize", "post", "summary"),
        "Act as the end user who completes the link"
      )
      const schema = JSON.stringify(at(json, "paths", "/__sandbox/faults", "post", "requestBody"))
      assert.include(schema, "#/components/schemas/Fault")
      assert.includeMembers(Object.keys(at(json, "components", "schemas", "Fault", "properties") as object), [
        "kind",
        "status",
        "duration",
        "times"
      ])
      for (const [schema, property, description] of [
        ["Fault", "operation", "Only this operation, such as Connections.list"],
        ["Fault", "status", "Of the kinds status and html"],
        ["State", "version", "1"],
        ["State", "clockOffset", "How far the clock is ahead, in milliseconds"]
      ] as const) {
        const described = at(json, "components", "schemas", schema, "properties", property)
        assert.include(JSON.stringify(described), `"description":"${description}"`)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("say what is wrong with what they are told, with the status for it", () =>
    Effect.gen(function* () {
      const post = (path: string, json: unknown, method = "POST") =>
        Effect.map(ask(`/__sandbox${path}`, { method, json }), (answer) => [
          answer.status,
          at(answer.json, "reason"),
          at(answer.json, "message")
        ])
      const nowhere = { companyId: "x", connectionId: "y" }
      assert.deepStrictEqual(yield* post("/authorize", nowhere), [
        404,
        "CompanyNotFound",
        "There is no company x"
      ])
      const [linked] = (yield* Sandbox.connections()).filter(({ status }) => status === "Linked")
      const ref = { companyId: Sandbox.companyId, connectionId: linked?.id }
      assert.strictEqual((yield* post("/authorize", ref))[0], 409)
      assert.deepStrictEqual(yield* post("/faults", { status: 503, tims: 2 }), [
        400,
        "InvalidOption",
        "tims is not an option: did you mean times?"
      ])
      // No request belongs to these, so a test that orders such a fault would test nothing.
      assert.deepStrictEqual(yield* post("/faults", { status: 503, operation: "Products.list" }), [
        400,
        "InvalidOption",
        "there is no operation Products.list: did you mean Products.add?"
      ])
      assert.match(
        String((yield* post("/faults", { status: 503, operation: "Connections.count" }))[2]),
        /there is no operation Connections\.count: did you mean/
      )
      assert.match(
        String((yield* post("/faults", { status: 503, operation: "list" }))[2]),
        /there is no operation list/
      )
      assert.deepStrictEqual(yield* post("/faults", { status: 503, method: "get" }), [
        400,
        "InvalidOption",
        "method must be one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"
      ])
      assert.deepStrictEqual(yield* Sandbox.faults, [])
      // Also a value of another type is named, as it is to a program.
      assert.strictEqual((yield* post("/faults", { status: "x" }))[2], "status must be from 200 to 599")
      assert.match(String((yield* post("/authorize", { companyId: "x" }))[2]), /connectionId/)
      assert.match(String((yield* post("/state", { version: 2, companies: [] }, "PUT"))[2]), /version/)
      const broken = yield* ask("/__sandbox/faults", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{"
      })
      assert.strictEqual(broken.status, 400)
      assert.strictEqual((yield* ask("/__sandbox/nothing")).status, 404)
      assert.deepStrictEqual(yield* Sandbox.faults, [])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("show the faults of a program too", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "latency", duration: Duration.seconds(2), match: () => true })
      yield* Sandbox.fail({ status: 500, body: { at: new Date(0) } })
      const { json, status } = yield* ask("/__sandbox/faults")
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(at(json, 0, "fault"), { kind: "latency", duration: 2000 })
      assert.deepStrictEqual(at(json, 1, "fault", "body"), { at: "1970-01-01T00:00:00.000Z" })
    }).pipe(Effect.provide(serve()))
  )

  it.effect("show no credential", () =>
    Effect.gen(function* () {
      const path = `${connections}/${(yield* Sandbox.connections())[0]?.id}/authorization`
      yield* ask(path, { method: "PUT", headers: authorised, json: { secret: "hunter2" } })
      yield* ask(connections, { headers: { authorization: "Bearer sandbox-access-token" } })
      const { json, text } = yield* ask("/__sandbox/requests")
      assert.deepStrictEqual(
        list(json).map((request) => at(request, "authorization")),
        ["Basic", "Bearer"]
      )
      assert.strictEqual(at(json, 0, "body"), "hidden")
      const { apiKey } = (yield* ask("/apiKeys", { method: "POST", headers: authorised, json: {} })).json as {
        readonly apiKey: string
      }
      const { accessToken } = (yield* ask(`/companies/${Sandbox.companyId}/accessToken`, {
        headers: authorised
      })).json as { readonly accessToken: string }
      const zapier = yield* ask("/webhooks/integrationKeys/zapier", { method: "POST", headers: authorised })
      yield* ask("/apiKeys", { headers: authorised })
      yield* ask("/profile", { headers: authorised })
      yield* ask("/profile", {
        method: "PUT",
        headers: authorised,
        json: { name: "Bob", redirectUrl: "https://bob.example", apiKey: "0wn-key" }
      })
      const { text: answers } = yield* ask("/__sandbox/requests")
      const keys = [apiKey, accessToken, String(at(zapier.json, "key")), Sandbox.apiKey, "0wn-key"]
      for (const secret of keys) assert.notInclude(answers, secret)
      assert.include(answers, "createdDate")
      assert.notInclude((yield* Sandbox.requests).map(String).join(), "0wn-key")
      assert.notInclude(JSON.stringify(yield* Sandbox.requests), "0wn-key")
      for (const secret of ["hunter2", "sandbox-access-token", basic]) assert.notInclude(text, secret)
      assert.notMatch(text, /otp=[0-9a-f]/)
      const { text: page } = yield* ask("/__sandbox/page.json")
      for (const secret of ["hunter2", "sandbox-access-token", basic]) assert.notInclude(page, secret)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("update the page for what happens, also by a program and by time", () =>
    Effect.gen(function* () {
      const page = (since: unknown) => ask(`/__sandbox/page.json?since=${since}`)
      const revision = Effect.map(page(""), ({ json }) => at(json, "revision"))
      const pending = (yield* Sandbox.connections()).find(({ status }) => status !== "Linked")
      const ref = { companyId: Sandbox.companyId, connectionId: pending?.id ?? "" }
      for (const happening of [
        Sandbox.authorize(ref),
        // The read that the link began ends.
        TestClock.adjust("3 seconds"),
        Sandbox.setQuota({ used: 7 }),
        ask("/__sandbox/faults", { method: "POST", json: { status: 503 } }),
        ask(connections, { headers: authorised })
      ]) {
        const before = yield* revision
        assert.strictEqual((yield* page(before)).status, 204)
        yield* happening
        assert.strictEqual((yield* page(before)).status, 200)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("answer no page of another origin, and no other name than this machine's", () =>
    Effect.gen(function* () {
      const base = yield* Base
      const refused = [
        { origin: "http://evil.example" },
        { origin: "null" },
        { origin: base.replace("127.0.0.1", "localhost") },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" }
      ]
      for (const headers of refused) {
        for (const path of ["/__sandbox/state", "/__sandbox/", "/__sandbox/openapi.json"]) {
          assert.strictEqual((yield* ask(path, { headers })).status, 403, JSON.stringify(headers))
        }
        const reset = yield* ask("/__sandbox/reset", { method: "POST", headers })
        assert.strictEqual(reset.status, 403)
      }
      for (const headers of [
        { origin: base },
        { "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "none" }
      ]) {
        assert.strictEqual((yield* ask("/__sandbox/health", { headers })).status, 200)
      }
      const preflight = yield* ask("/__sandbox/faults", {
        method: "OPTIONS",
        headers: { origin: "http://a.example", "access-control-request-method": "POST" }
      })
      assert.isNull(preflight.headers.get("access-control-allow-origin"))
    }).pipe(Effect.provide(serve({ cors: "*" })))
  )

  const from = (remoteAddress: string | undefined, host: string, headers: Record<string, string> = {}) => {
    const request = HttpServerRequest.fromWeb(
      new Request("http://127.0.0.1/__sandbox/state", { headers: { ...headers } })
    )
    return Object.defineProperties(Object.create(request) as typeof request, {
      headers: { value: { ...request.headers, host } },
      remoteAddress: {
        value: remoteAddress === undefined ? { _tag: "None" } : { _tag: "Some", value: remoteAddress }
      }
    })
  }
  const local = { token: undefined, isRemoteAllowed: false }

  it("answer the loopback address only, unless told otherwise", () => {
    for (const [address, host] of [
      ["127.0.0.1", "127.0.0.1:4010"],
      ["127.8.9.1", "localhost"],
      ["::1", "[::1]:4010"],
      ["::ffff:127.0.0.1", "sandbox.localhost:80"]
    ] as const) {
      assert.isUndefined(Access.refusal(from(address, host), local, false), `${address} ${host}`)
    }
    for (const [address, host] of [
      ["10.0.0.7", "127.0.0.1:4010"],
      ["::ffff:10.0.0.7", "localhost"],
      [undefined, "localhost"],
      ["127.0.0.1", "rebound.example:4010"],
      ["127.0.0.1", "127.0.0.1.evil.example"],
      ["127.0.0.1", ""]
    ] as const) {
      assert.strictEqual(Access.refusal(from(address, host), local, false)?.status, 403, `${address} ${host}`)
    }
    const remote = { token: Redacted.make("t0ken"), isRemoteAllowed: true }
    assert.strictEqual(Access.refusal(from("10.0.0.7", "sandbox:4010"), remote, false)?.status, 401)
    const given = from("10.0.0.7", "sandbox:4010", { authorization: "Bearer t0ken" })
    assert.isUndefined(Access.refusal(given, remote, false))
  })

  it.effect("give the page the first 200 connections and the last 200 requests, and what is new only", () =>
    Effect.gen(function* () {
      const page = (since: unknown) => ask(`/__sandbox/page.json?since=${since}`)
      const sized = (size: number) => ask(`${connections}?pageSize=${size}`, { headers: authorised })
      const request = sized(1)
      yield* sized(2)
      yield* Effect.replicateEffect(request, 201, { concurrency: 50, discard: true })
      yield* sized(3)
      const { json } = yield* page("")
      assert.strictEqual(at(json, "companies", 0, "total"), 201)
      assert.lengthOf(list(json, "companies", 0, "connections"), 200)
      assert.strictEqual(at(json, "totals", "requests"), 203)
      const numbers = list(json, "requests").map((one) => at(one, "number"))
      assert.deepStrictEqual([numbers.length, numbers[0], numbers.at(-1)], [200, 3, 202])
      const sizes = list(json, "requests").map((one) => at(one, "query", "pageSize"))
      assert.deepStrictEqual([sizes.at(-1), sizes.includes("2")], ["3", false])
      const revision = at(json, "revision")
      assert.strictEqual((yield* page(revision)).status, 204)
      yield* request
      assert.strictEqual(at((yield* page(revision)).json, "totals", "requests"), 204)
      for (const control of [Sandbox.fail({ status: 503 }), Sandbox.clearFaults, Sandbox.clearRequests]) {
        const before = at((yield* page("")).json, "revision")
        yield* control
        assert.strictEqual((yield* page(before)).status, 200)
      }
    }).pipe(Effect.provide(serve({ connections: 201 })))
  )

  it.effect("want their token where there is one", () =>
    Effect.gen(function* () {
      for (const headers of [{}, { authorization: basic }, { authorization: "Bearer other" }]) {
        const { headers: answered, status, text } = yield* ask("/__sandbox/state", { headers })
        assert.strictEqual(status, 401)
        assert.strictEqual(answered.get("www-authenticate"), "Bearer")
        assert.notInclude(text, Sandbox.companyId)
      }
      const headers = { authorization: "Bearer t0ken" }
      assert.strictEqual((yield* ask("/__sandbox/state", { headers })).status, 200)
      // The page itself shows nothing before it has asked.
      const page = yield* ask("/__sandbox/")
      assert.strictEqual(page.status, 200)
      assert.notInclude(page.text, Sandbox.companyId)
      assert.strictEqual((yield* ask("/__sandbox/page.json")).status, 401)
    }).pipe(Effect.provide(serve({ controlToken: Redacted.make("t0ken") })))
  )
})

describe("a state from outside", () => {
  const put = (state: unknown) => ask("/__sandbox/state", { method: "PUT", json: state })
  const everything = [
    connections,
    `/companies/${Sandbox.companyId}/data/history`,
    `/companies/${Sandbox.companyId}/dataStatus`,
    `/companies/${Sandbox.companyId}/push`,
    `/companies/${Sandbox.companyId}/syncSettings`,
    "/apiKeys",
    "/webhooks",
    "/profile",
    "/profile/syncSettings"
  ]

  it.effect("is refused as a whole when any part of it is wrong, by a program too", () =>
    Effect.gen(function* () {
      const before = yield* Sandbox.state
      const [first] = before.companies
      const ofFirst = (more: object) => ({ companies: [{ ...first, ...more }] })
      const kind = { of: "refresh" }
      for (const [part, wrong] of [
        ["apiKeys", { apiKeys: "x" }],
        ["apiKeys", { apiKeys: [{ id: "x" }] }],
        ["customData", { customData: { "gbol/x": 5 } }],
        ["account", { account: {} }],
        ["consumers", { consumers: {} }],
        ["settings", { syncSettings: {} }],
        ["reads", ofFirst({ reads: "x" })],
        ["reads", ofFirst({ reads: [{ id: "x" }] })],
        ["running", ofFirst({ running: [{ ids: ["x"], due: "soon", kind }] })],
        ["kind", ofFirst({ running: [{ ids: ["x"], due: 1, kind: {} }] })],
        ["pushes", ofFirst({ pushes: [5] })],
        ["syncSettings", ofFirst({ syncSettings: 5 })],
        ["did you mean reads", ofFirst({ read: [] })],
        ["companies", { companies: [5] }],
        [
          "not a URL",
          ofFirst({ connections: first?.connections.map((one) => ({ ...one, linkUrl: "none" })) })
        ],
        ["pushes", ofFirst({ pushes: first?.pushes?.map((one) => ({ ...one, changes: "x" })) })],
        ["clockOffset must be a whole number", { clockOffset: 0.5 }],
        ["quota.used must be a whole number, 0 or more", { quota: { limit: 1, used: -1 } }],
        ["the version is 2; this sandbox reads version 1", { version: 2, apiKeys: "x", other: 1 }],
        ["version must be 1", { version: undefined }],
        ["random", { random: { data: [1, 2, 3] } }],
        ["chance", { chance: { links: [1, 2, 3, 0.5] } }],
        ["7,900 years", { clockOffset: 9e15 }],
        ["7,900 years", { clockOffset: -9e15 }]
      ] as const) {
        const state = { version: 1, companies: before.companies, ...wrong } as unknown as Sandbox.SandboxState
        const label = JSON.stringify(wrong).slice(0, 100)
        const answer = yield* put(state)
        assert.strictEqual(answer.status, 400, label)
        assert.include(answer.text, part, label)
        const error = yield* Effect.flip(Sandbox.replaceState(state))
        assert.strictEqual(error.reason, "InvalidOption", label)
        assert.include(error.message, part, label)
      }
      assert.deepStrictEqual(yield* Sandbox.state, before)
      for (const path of everything) {
        assert.strictEqual((yield* ask(path, { headers: authorised })).status, 200, path)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("can have identifiers in capitals, and the positions of some generators only", () =>
    Effect.gen(function* () {
      const { companies, random } = yield* Sandbox.state
      const [first] = companies
      const [company, connection] = [Sandbox.companyId, first?.connections[0]?.id ?? ""]
      const state = JSON.parse(
        JSON.stringify({ version: 1, companies: [first], random: { data: random?.data } })
          .replaceAll(connection, connection.toUpperCase())
          .replaceAll(company, company.toUpperCase())
      )
      assert.strictEqual((yield* put(state)).status, 204)
      for (const path of [connection, connection.toUpperCase()].map((id) => `${connections}/${id}`)) {
        assert.strictEqual((yield* ask(path, { headers: authorised })).status, 200)
      }
      const removed = yield* ask(`${connections}/${connection}`, { method: "DELETE", headers: authorised })
      assert.strictEqual(removed.status, 200)
      assert.strictEqual((yield* ask(`${connections}/${connection}`, { headers: authorised })).status, 404)
    }).pipe(Effect.provide(serve()))
  )
})

describe("the clock over HTTP", () => {
  it.effect("is not advanced beyond what a date can say", () =>
    Effect.gen(function* () {
      const advance = (by: unknown) => ask("/__sandbox/clock/advance", { method: "POST", json: { by } })
      for (const by of [9e15, "9999999 weeks"]) assert.strictEqual((yield* advance(by)).status, 400)
      assert.strictEqual((yield* advance("300 weeks")).status, 200)
      assert.strictEqual((yield* ask(connections, { headers: authorised })).status, 200)
    }).pipe(Effect.provide(serve()))
  )
})

describe("x-sandbox-fault", () => {
  const faulty = (fault: unknown) => ({
    headers: { ...authorised, "x-sandbox-fault": typeof fault === "string" ? fault : JSON.stringify(fault) }
  })

  it.effect("is a fault for that request alone", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ status: 500 })
      assert.strictEqual((yield* ask(connections, faulty({ status: 503, retryAfter: 3 }))).status, 503)
      assert.strictEqual((yield* Sandbox.faults).length, 1)
      assert.strictEqual((yield* ask(connections, { headers: authorised })).status, 500)
      const malformed = yield* ask(connections, faulty({ kind: "malformed" }))
      assert.strictEqual(malformed.status, 200)
      assert.match(malformed.text, /^\{"results":\[\{"id":\{"results/)
      assert.deepStrictEqual(
        (yield* Sandbox.requests).map(({ faults }) => faults),
        [["status"], ["status"], ["malformed"]]
      )
    }).pipe(Effect.provide(serve()))
  )

  it.effect("has its conditions, and null for what it leaves out", () =>
    Effect.gen(function* () {
      for (const [fault, status] of [
        [{ status: 503, operation: "Connections.list", page: 1, method: "GET" }, 503],
        [{ kind: null, status: 503, times: null, page: null, at: null }, 503],
        [{ status: 503, operation: "Connections.create" }, 200],
        [{ status: 503, method: "POST" }, 200],
        [{ status: 503, page: 2 }, 200],
        [{ status: 503, skip: 1 }, 200],
        [{ status: 503, probability: 0 }, 200]
      ] as const) {
        assert.strictEqual((yield* ask(connections, faulty(fault))).status, status, JSON.stringify(fault))
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("is refused, by name, when it makes no sense", () =>
    Effect.gen(function* () {
      for (const [fault, message] of [
        ["{", /x-sandbox-fault: not a JSON object/],
        ["[]", /not a JSON object/],
        [{ kind: "rest" }, /kind must be one of status/],
        [{ status: 503, tims: 1 }, /did you mean times/],
        [{}, /status must be from 200/],
        [{ kind: "latency", duration: "soon" }, /duration must be finite/],
        [{ status: 503, operation: "Connections.lst" }, /did you mean Connections\.list\?/],
        [{ status: 503, at: "Gateway" }, /at must be one of gateway, origin/],
        [{ status: 503, headers: { x: "a\nb" } }, /headers must be/]
      ] as const) {
        const answer = yield* ask(connections, faulty(fault))
        assert.strictEqual(answer.status, 400)
        assert.match(String(at(answer.json, "error")), message)
      }
    }).pipe(Effect.provide(serve()))
  )
})

describe("the API over HTTP", () => {
  it.live("answers a client that reads nothing before it has sent a large body", () =>
    Effect.gen(function* () {
      const { hostname, port } = new URL(yield* Base)
      const send = (headers: string) =>
        Effect.callback<string, Error>((resume) => {
          const bytes = 20_000_000
          const socket = connect(Number(port), hostname)
          socket.on("error", (error) => resume(Effect.fail(error)))
          socket.pause()
          socket.write(
            `POST /companies HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${bytes}\r\n${headers}\r\n`
          )
          socket.write(Buffer.alloc(bytes, " "), () => {
            let text = ""
            socket.on("data", (chunk) => {
              text += chunk
            })
            socket.on("end", () => resume(Effect.succeed(text)))
            socket.resume()
          })
        })
      assert.match(yield* send(`Authorization: ${basic}\r\n`), /^HTTP\/1\.1 413 /)
      assert.match(yield* send(""), /^HTTP\/1\.1 401 /)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("lets pages of the origins it is told read its answers", () =>
    Effect.gen(function* () {
      const headers = { ...authorised, origin: "http://a.example" }
      const read = yield* ask(connections, { headers })
      assert.strictEqual(read.headers.get("access-control-allow-origin"), "http://a.example")
      assert.include(read.headers.get("access-control-expose-headers"), "retry-after")
      const preflight = yield* ask(connections, {
        method: "OPTIONS",
        headers: {
          origin: "http://a.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,idempotency-key"
        }
      })
      assert.strictEqual(preflight.status, 204)
      assert.strictEqual(
        preflight.headers.get("access-control-allow-headers"),
        "authorization,idempotency-key"
      )
    }).pipe(Effect.provide(serve({ cors: ["http://a.example"] })))
  )

  it.effect("lets no page read them otherwise", () =>
    Effect.gen(function* () {
      const read = yield* ask(connections, { headers: { ...authorised, origin: "http://a.example" } })
      assert.isNull(read.headers.get("access-control-allow-origin"))
    }).pipe(Effect.provide(serve()))
  )

  it.effect("lets no page read them where the list of origins is empty", () =>
    Effect.gen(function* () {
      const read = yield* ask(connections, { headers: { ...authorised, origin: "http://a.example" } })
      assert.isNull(read.headers.get("access-control-allow-origin"))
    }).pipe(Effect.provide(serve({ cors: [] })))
  )

  it.effect("refuses bodies that are nested too deep to be written again", () =>
    Effect.gen(function* () {
      const nested = (depth: number) =>
        `{"supplementalDataConfig":{"a":{"x":${"[".repeat(depth)}${"]".repeat(depth)}}}}`
      const config = "/integrations/gbol/dataTypes/invoices/supplementalDataConfig"
      for (const [depth, status] of [
        [10, 200],
        [100_000, 400]
      ] as const) {
        const answer = yield* ask(config, {
          method: "PUT",
          headers: { ...authorised, "content-type": "application/json" },
          body: nested(depth)
        })
        assert.strictEqual(answer.status, status)
      }
      for (const path of ["/__sandbox/requests", "/__sandbox/state", "/__sandbox/page.json", config]) {
        assert.strictEqual((yield* ask(path, { headers: authorised })).status, 200, path)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("refuses bodies of other types, and those that are too large", () =>
    Effect.gen(function* () {
      const post = (type: string, body: string) =>
        ask(connections, { method: "POST", headers: { ...authorised, "content-type": type }, body })
      for (const type of [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x"
      ]) {
        const answer = yield* post(type, '{"platformKey":"gbol"}')
        assert.strictEqual(answer.status, 415, type)
        assert.strictEqual(at(answer.json, "statusCode"), 415)
      }
      assert.strictEqual((yield* Sandbox.connections()).length, 20)
      assert.strictEqual(
        (yield* post("application/json; charset=utf-8", '{"platformKey":"gbol"}')).status,
        200
      )
      assert.strictEqual((yield* post("application/json", " ".repeat(11_000_000))).status, 413)
      assert.isBelow(JSON.stringify(yield* Sandbox.requests).length, 100_000)
    }).pipe(Effect.provide(serve()))
  )
})

describe("SandboxServer.Options", () => {
  it.effect("refuse what is unknown or makes no sense", () =>
    Effect.gen(function* () {
      const unknown = { conections: 3 } as SandboxServer.Options
      for (const [options, message] of [
        [unknown, "conections is not an option: did you mean connections?"],
        [{ remoteControl: true }, "remoteControl requires a controlToken"],
        [{ controlToken: Redacted.make(" ") }, "controlToken must not be empty"],
        [{ redirectUrl: "/linked" }, "redirectUrl must be"],
        [{ redirectUrl: "http://" }, "redirectUrl must be"],
        [{ publicUrl: "ftp://x" }, "publicUrl must be"]
      ] as const) {
        const exit = yield* Effect.exit(Effect.provide(Effect.void, overHttp.layer(options)))
        assert.include(String(exit), message)
      }
    })
  )

  it.effect("a link leads where it is told to", () =>
    Effect.gen(function* () {
      const [connection] = yield* Sandbox.connections()
      assert.match(
        Redacted.value(connection?.linkUrl ?? Redacted.make("")),
        /^https:\/\/sandbox\.example\/companies\//
      )
    }).pipe(Effect.provide(serve({ publicUrl: "https://sandbox.example/" })))
  )
})

describe("the Link page", () => {
  /** Sends the form of a page, as its buttons do. */
  const press = Effect.fnUntraced(function* (link: string, name: string, value: string) {
    const { pathname, search } = new URL(link, "http://sandbox.invalid")
    const headers = { "content-type": "application/x-www-form-urlencoded" }
    const answer = yield* ask(`${pathname}${search}`, { method: "POST", headers, body: `${name}=${value}` })
    return { status: answer.status, location: answer.headers.get("location") ?? "" }
  })

  it.effect("ends each decision with Codat's code for it, and each link works once", () =>
    Effect.gen(function* () {
      for (const [platformKey, decision, code, error, status] of [
        ["gbol", "allow", "200", "", "Linked"],
        ["gbol", "cancel", "403", "User cancelled.", "PendingAuth"],
        ["gbol", "nonsense", "403", "User cancelled.", "PendingAuth"],
        ["gbol", "fail", "500", "Unknown error occurred.", "PendingAuth"],
        // A platform that is not enabled.
        ["lqai", "allow", "501", "Not supported.", "PendingAuth"]
      ] as const) {
        const name = `${platformKey} ${decision}`
        const asked = { method: "POST", headers: authorised, json: { platformKey } }
        const made = (yield* ask(connections, asked)).json
        const link = String(at(made, "linkUrl"))
        const pressed = yield* press(`${link}&order=a%26b`, "decision", decision)
        assert.strictEqual(pressed.status, 303, name)
        assert.deepStrictEqual(
          [...new URL(pressed.location).searchParams],
          [
            ["code", code],
            ["error", error],
            ["connection", String(at(made, "id"))],
            ["order", "a&b"],
            ["otp", ""]
          ],
          name
        )
        const after = (yield* ask(`${connections}/${at(made, "id")}`, { headers: authorised })).json
        assert.strictEqual(at(after, "status"), status, name)
        assert.strictEqual((yield* press(link, "decision", "allow")).status, 410, name)
        assert.notStrictEqual(at(after, "linkUrl"), link)
        if (decision !== "allow" || status !== "Linked") continue
        const again = yield* press(String(at(after, "linkUrl")), "decision", "continue")
        assert.strictEqual(new URL(again.location).searchParams.get("code"), "201")
      }
    }).pipe(
      Effect.provide(
        serve({
          redirectUrl:
            "http://localhost:3000/?code={statusCode}&error={errorMessage}&connection={connectionId}" +
            "&order={order}&otp={otp}"
        })
      )
    )
  )

  it.effect("leads from a company's link to that of a new connection", () =>
    Effect.gen(function* () {
      const { id, redirect } = yield* Sandbox.makeCompany({ name: "Inn" })
      const link = Redacted.value(redirect)
      const { pathname } = new URL(link)
      assert.strictEqual((yield* press(link, "platform", "nonsense")).status, 400)
      assert.strictEqual((yield* ask(pathname, { method: "PUT" })).status, 405)
      for (const gone of [
        "/company/nope",
        "/companies/nope/connections/1/start",
        `${connections}/1/start?otp=1`
      ]) {
        assert.strictEqual((yield* ask(gone)).status, 404, gone)
      }
      assert.lengthOf(yield* Sandbox.connections(id), 0)
      const { location, status } = yield* press(`${pathname}?order=7`, "platform", "gbol")
      assert.strictEqual(status, 303)
      const [made] = yield* Sandbox.connections(id)
      const { pathname: own, search } = new URL(Redacted.value(made?.linkUrl ?? Redacted.make("")))
      assert.strictEqual(location, `${own}${search}&order=7`)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("redirects to an address with letters that a header cannot hold", () =>
    Effect.gen(function* () {
      const pending = (yield* Sandbox.connections()).find(({ status }) => status !== "Linked")
      const { pathname, search } = new URL(Redacted.value(pending?.linkUrl ?? Redacted.make("")))
      const answer = yield* ask(`${pathname}${search}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "decision=allow"
      })
      assert.strictEqual(answer.status, 303)
      assert.strictEqual(
        answer.headers.get("location"),
        `http://localhost:3000/${encodeURIComponent("später☃")}?status=200`
      )
    }).pipe(Effect.provide(serve({ redirectUrl: "http://localhost:3000/später☃?status={statusCode}" })))
  )
})

describe("SandboxServer.stateFile", () => {
  const folder = Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "sandbox-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const stored = (path: string, options?: SandboxServer.Options) =>
    Layer.unwrap(
      Effect.map(SandboxServer.stateFile(path), (state) =>
        Layer.provide(SandboxServer.layer({ connections: 5, ...options, state }), node())
      )
    ).pipe(Layer.provide(NodeServices.layer))
  const parse = (path: string) =>
    Effect.promise(async () => JSON.parse(await readFile(path, "utf8")) as unknown)

  it.effect("keeps a session from one sandbox to the next", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 2, 1))
      const path = join(yield* folder, "state.json")
      const before = yield* Effect.gen(function* () {
        yield* Sandbox.makeCompany({ name: "Kept Ltd", connections: 2 })
        yield* Sandbox.advance("3 hours")
        yield* Sandbox.setQuota({ limit: 10, used: 4 })
        return yield* Sandbox.state
      }).pipe(Effect.provide(stored(path), { local: true }))
      assert.deepStrictEqual(yield* parse(path), JSON.parse(JSON.stringify(before)))
      const after = yield* Effect.gen(function* () {
        yield* Sandbox.makeCompany({ name: "Not kept Ltd" })
        yield* Sandbox.reset
        return yield* Sandbox.state
      }).pipe(Effect.provide(stored(path, { connections: 900 }), { local: true }))
      const withoutOrigin = (value: unknown): unknown =>
        JSON.parse(JSON.stringify(value).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, ""))
      assert.deepStrictEqual(withoutOrigin(after), withoutOrigin(before))
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(path, ".."))), ["state.json"])
    })
  )

  it.live("is written soon after a change", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "state.json")
      yield* Effect.gen(function* () {
        const base = yield* SandboxServer.baseUrl
        yield* Effect.promise(() =>
          fetch(`${base}/__sandbox/companies`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: '{"name":"Soon Ltd"}'
          })
        )
        yield* Effect.promise(async () => {
          while (!(await readFile(path, "utf8").catch(() => "")).includes("Soon Ltd")) {
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        })
      }).pipe(
        Effect.provide(
          Layer.unwrap(
            Effect.map(SandboxServer.stateFile(path), (state) =>
              Layer.provideMerge(SandboxServer.layer({ connections: 1, state }), node())
            )
          ).pipe(Layer.provide(NodeServices.layer))
        )
      )
    })
  )

  /** A store in memory that fails as often as it is told, and a sandbox that saves in it. */
  const inMemory = (...failures: ReadonlyArray<Effect.Effect<never, PlatformError.PlatformError>>) => {
    const saved: Array<Sandbox.SandboxState> = []
    const left = [...failures]
    const state: SandboxServer.StateStore = {
      save: (next) => left.shift() ?? Effect.sync(() => void saved.push(next))
    }
    return { saved, layer: overHttp.layer({ connections: 3, state }) }
  }

  it.effect("is saved after each change, also after one of a program or of time, and at the end", () =>
    Effect.gen(function* () {
      const { layer, saved } = inMemory()
      yield* Effect.gen(function* () {
        const pending = (yield* Sandbox.connections()).find(({ status }) => status !== "Linked")
        const ref = { companyId: Sandbox.companyId, connectionId: pending?.id ?? "" }
        yield* Sandbox.authorize(ref)
        yield* TestClock.adjust("200 millis")
        assert.lengthOf(saved, 1)
        // The read that the link began ends.
        yield* TestClock.adjust("3 seconds")
        assert.lengthOf(saved, 2)
        assert.deepStrictEqual(saved[1]?.companies[0]?.running, [])
        for (const control of [
          Sandbox.setQuota({ used: 7 }),
          Sandbox.advance("1 hour"),
          Sandbox.replaceState({ version: 1, companies: [] }),
          Sandbox.reset
        ]) {
          const before = saved.length
          yield* control
          yield* TestClock.adjust("200 millis")
          assert.lengthOf(saved, before + 1)
        }
        yield* Sandbox.setQuota({ used: 9 })
      }).pipe(Effect.provide(layer))
      assert.strictEqual(saved.at(-1)?.quota?.used, 9)
    })
  )

  it.effect("is not saved when nothing has happened since it was loaded or saved", () =>
    Effect.gen(function* () {
      const idle = inMemory()
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* ask("/__sandbox/state")).status, 200)
        yield* TestClock.adjust("1 day")
      }).pipe(Effect.provide(idle.layer))
      assert.lengthOf(idle.saved, 0)
      const changed = inMemory()
      yield* Effect.gen(function* () {
        yield* Sandbox.makeCompany()
        yield* TestClock.adjust("200 millis")
        yield* TestClock.adjust("1 day")
      }).pipe(Effect.provide(changed.layer))
      assert.lengthOf(changed.saved, 1)
    })
  )

  it.effect("is saved only at the end when requests have only read, because they use the quota", () =>
    Effect.gen(function* () {
      const { layer, saved } = inMemory()
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* ask(connections, { headers: authorised })).status, 200)
        yield* TestClock.adjust("1 second")
        assert.lengthOf(saved, 0)
      }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(
        saved.map(({ quota }) => quota?.used),
        [1]
      )
    })
  )

  it.effect("is saved at the end when it could not be before, and a mistake in a store ends nothing", () =>
    Effect.gen(function* () {
      const full = PlatformError.systemError({
        _tag: "WriteZero",
        module: "FileSystem",
        method: "writeAll",
        cause: new Error("ENOSPC: no space left on device")
      })
      const { layer, saved } = inMemory(Effect.die(new Error("a mistake")), Effect.fail(full))
      yield* Effect.gen(function* () {
        for (const name of ["A", "B"]) {
          yield* Sandbox.makeCompany({ name })
          yield* TestClock.adjust("200 millis")
        }
        assert.lengthOf(saved, 0)
      }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(saved[0]?.companies.map(({ company }) => company.name).slice(1), ["A", "B"])
      const told = (yield* TestConsole.logLines).join()
      assert.include(told, "the state is not saved: a mistake")
      assert.include(told, "the state is not saved: ENOSPC: no space left on device")
    }).pipe(Effect.provide(TestConsole.layer))
  )

  it.effect("never has a part of a state, though two sandboxes save in it at once", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "state.json")
      const { save } = yield* SandboxServer.stateFile(path).pipe(Effect.provide(NodeServices.layer))
      const state = (name: string, connections: number) =>
        Effect.gen(function* () {
          yield* Sandbox.makeCompany({ name, connections })
          return yield* Sandbox.state
        }).pipe(Effect.provide(Sandbox.layer({ connections: 0 }), { local: true }))
      const states = [yield* state("long", 800), yield* state("short", 1)]
      for (let round = 0; round < 3; round++) {
        yield* Effect.forEach([...states, ...states], save, { concurrency: "unbounded", discard: true })
        const found = at(yield* parse(path), "companies", 1, "company", "name")
        assert.include(["long", "short"], found)
      }
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(path, ".."))), ["state.json"])
    })
  )

  it.effect("is not overwritten without a word when a second sandbox has saved in it", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "state.json")
      const open = SandboxServer.stateFile(path).pipe(Effect.provide(NodeServices.layer))
      const [one, two] = [yield* open, yield* open]
      const state: Sandbox.SandboxState = { version: 1, companies: [] }
      const warnings = Effect.map(
        TestConsole.logLines,
        (lines) => lines.join().split("a second sandbox").length - 1
      )
      for (let time = 0; time < 2; time++) yield* one.save(state)
      assert.strictEqual(yield* warnings, 0)
      yield* two.save(state)
      yield* one.save(state)
      assert.strictEqual(yield* warnings, 2)
      yield* Effect.promise(() => rm(path))
      yield* one.save(state)
      assert.strictEqual(yield* warnings, 2)
    }).pipe(Effect.provide(TestConsole.layer))
  )

  it.effect("refuses a file that holds something else", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "state.json")
      const open = SandboxServer.stateFile(path).pipe(Effect.provide(NodeServices.layer), Effect.flip)
      for (const [text, message] of [
        ["", /state\.json/],
        ["{}", /version/],
        ['{"version":2,"companies":[]}', /version/],
        ['{"version":1,"companies":[],"compaines":[]}', /did you mean companies/],
        ['{"version":1,"companies":[],"apiKeys":[{}]}', /apiKeys/]
      ] as const) {
        yield* Effect.promise(() => writeFile(path, text))
        const error = yield* open
        assert.strictEqual(error._tag, "SandboxError")
        assert.match(error.message, message)
      }
    })
  )
})
