import type { ChildProcess } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { Sandbox, SandboxServer, Webhook } from "effect-codat"
import { serve } from "../support/Http.ts"
import { ask, call, environment, folder, rowsOf, run, served, setup } from "./support.ts"

setup()

const bind = (port: number) =>
  Effect.callback<void, Error>((resume) => {
    const server = createServer()
    server.on("error", (error) => resume(Effect.fail(error)))
    server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.void)))
  })

/** Starts it, waits until it says where it is, and answers with that and with a way to end it. */
const start = Effect.fnUntraced(function* (
  args: ReadonlyArray<string>,
  until: RegExp,
  env?: Record<string, string>
) {
  const started = yield* Deferred.make<ChildProcess>()
  const running = yield* Effect.forkScoped(
    run(args, { env, onStart: (child) => Deferred.doneUnsafe(started, Effect.succeed(child)) })
  )
  const child = yield* Deferred.await(started)
  const said = yield* Effect.callback<string>((resume) => {
    let text = ""
    const look = (chunk: unknown) => {
      text += String(chunk)
      const found = until.exec(text)
      if (found !== null) resume(Effect.succeed(found[1] ?? found[0]))
    }
    child.stdout?.on("data", look)
    child.stderr?.on("data", look)
  })
  const stop = (signal: NodeJS.Signals) =>
    Effect.suspend(() => {
      child.kill(signal)
      return Fiber.join(running)
    })
  return { said, stop }
})

describe("effect-codat sandbox", () => {
  const longName = `${"a-name-of-forty-letters-and-more-".repeat(2)}.json`
  for (const { args, code, env, said, signal } of [
    {
      signal: "SIGINT",
      code: 130,
      args: [],
      env: {},
      said: [
        `  company    ${Sandbox.companyId}, 250 connections\n  page       URL/__sandbox/\n`,
        "Ctrl-C stops it; its data is in memory only.\n"
      ]
    },
    {
      signal: "SIGTERM",
      code: 143,
      args: ["--companies", "2", "--connections", "1", "--state", longName],
      env: { CODAT_SANDBOX_CONTROL_TOKEN: "control-token-that-nobody-sees" },
      said: [
        `  company    ${Sandbox.companyId}, 1 connection\n             and 2 more companies\n` +
          "  page       URL/__sandbox/ (its controls ask for the token)\n",
        `Ctrl-C stops it; its data is in …${longName.slice(-39)}.\n`
      ]
    }
  ] as const) {
    it.live(`says what it serves until ${signal}, and then its port is free`, () =>
      Effect.gen(function* () {
        const { said: baseUrl, stop } = yield* start(
          ["sandbox", "--port", "0", ...args],
          /base URL +(http:\S+)[\s\S]*Ctrl-C/,
          env
        )
        const answered = yield* Effect.promise(() =>
          fetch(`${baseUrl}/companies`, { headers: { authorization: `Basic ${btoa(Sandbox.apiKey)}` } })
        )
        assert.strictEqual(answered.status, 200)
        const ended = yield* stop(signal)
        assert.strictEqual(ended.code, code)
        assert.strictEqual(ended.stderr, "")
        for (const part of said) assert.include(ended.stdout.replaceAll(baseUrl, "URL"), part)
        assert.notInclude(ended.stdout, "control-token")
        const lines = ended.stdout.split("\n")
        assert.isAtMost(lines.length, 24)
        assert.isTrue(lines.every((line) => line.length <= 80))
        yield* bind(Number(new URL(baseUrl).port))
      }).pipe(Effect.scoped)
    )
  }

  it.live("says where it is in JSON, too", () =>
    Effect.gen(function* () {
      const { said, stop } = yield* start(["sandbox", "--port", "0", "--json"], /(\{.*\})\n/)
      assert.deepInclude(JSON.parse(said), { apiKey: Sandbox.apiKey, companyId: Sandbox.companyId })
      const { controls } = JSON.parse(said)
      const described = yield* Effect.promise(() => fetch(controls).then((response) => response.json()))
      assert.match(described.openapi, /^3\./)
      yield* stop("SIGTERM")
    }).pipe(Effect.scoped)
  )

  it.live("keeps its state in a file, and goes on from there", () =>
    Effect.gen(function* () {
      const file = join(folder, "state.json")
      const flags = ["sandbox", "--port", "0", "--json", "--state", file, "--connections", "3"]
      const call = (said: string, path: string, body?: string) =>
        Effect.promise(() =>
          fetch(`${JSON.parse(said).baseUrl}${path}`, {
            method: body === undefined ? "GET" : "POST",
            body: body ?? null,
            headers: { authorization: `Basic ${btoa(Sandbox.apiKey)}`, "content-type": "application/json" }
          }).then((response) => response.json())
        )
      const before = yield* start(flags, /(\{.*\})\n/)
      const made = yield* call(before.said, "/companies", '{"name":"Kept"}')
      assert.strictEqual((yield* before.stop("SIGTERM")).code, 143)
      const after = yield* start(flags, /(\{.*\})\n/)
      assert.strictEqual((yield* call(after.said, `/companies/${made.id}`)).name, "Kept")
      yield* after.stop("SIGINT")

      writeFileSync(file, '{"version":1}')
      const broken = yield* run(flags.filter((flag) => flag !== "--json"))
      assert.strictEqual(broken.code, 1)
      assert.match(broken.stderr, /^error: --state .*state\.json/)
      const nowhere = yield* run(["sandbox", "--port", "0", "--state", "no/such/state.json"])
      assert.strictEqual(nowhere.code, 1)
      assert.match(nowhere.stderr, /no such file or directory/)
    }).pipe(Effect.scoped)
  )

  it.live("takes every option that a sandbox has", () =>
    Effect.gen(function* () {
      const token = "control-token-that-nobody-sees"
      const { said, stop } = yield* start(
        [
          ...["sandbox", "--port", "0", "--json", "--connections", "1", "--strict", "--nulls", "--no-filter"],
          ...["--one-accounting-connection", "--concurrent-requests", "10", "--requests-per-minute", "4"],
          ...["--webhook-schedule", "fast", "--cors", "http://localhost:3000", "--remote-control"],
          ...["--redirect-url", "http://localhost:3000/linked", "--public-url", "http://sandbox.example:4010"]
        ],
        /(\{.*\})\n/,
        { CODAT_SANDBOX_CONTROL_TOKEN: token }
      )
      const { baseUrl } = JSON.parse(said)
      const call = (path: string, init: RequestInit = {}, credentials = `Basic ${btoa(Sandbox.apiKey)}`) =>
        Effect.promise(() =>
          fetch(baseUrl + path, { ...init, headers: { ...init.headers, authorization: credentials } })
        )
      const json = { "content-type": "application/json" }
      const connections = `/companies/${Sandbox.companyId}/connections`
      assert.strictEqual(
        (yield* call(connections, { method: "POST", body: '"gbol"', headers: json })).status,
        400
      )
      const listed = yield* call("/companies?query=name%3Dnobody", {
        headers: { origin: "http://localhost:3000" }
      })
      assert.strictEqual(listed.headers.get("access-control-allow-origin"), "http://localhost:3000")
      const { results } = yield* Effect.promise(() => listed.json())
      assert.strictEqual(results.length, 1)
      assert.isNull(results[0].description)
      const [connection] = results[0].dataConnections
      assert.match(connection.linkUrl, /^http:\/\/sandbox\.example:4010\//)
      yield* call("/companies")
      yield* call("/companies")
      assert.strictEqual((yield* call("/companies")).status, 429)
      assert.strictEqual((yield* call("/__sandbox/health")).status, 401)
      assert.strictEqual((yield* call("/__sandbox/health", {}, `Bearer ${token}`)).status, 200)
      const ended = yield* stop("SIGTERM")
      assert.notInclude(ended.stdout + ended.stderr, token)
    }).pipe(Effect.scoped)
  )

  for (const [flags, said] of [
    [["--remote-control"], "--remote-control needs a token in CODAT_SANDBOX_CONTROL_TOKEN"],
    [
      ["--cors", "localhost"],
      '--cors must be an origin, such as http://localhost:3000, or *, not "localhost"'
    ],
    [["--webhook", "x"], '--webhook must be an address that begins with http:// or https://, not "x"'],
    // As a shell variable that is not set makes it.
    [["--state", ""], "--state needs a value"],
    [["--webhook-schedule", "slow"], '--webhook-schedule must be one of codat, fast, not "slow"'],
    [["--requests-per-minute", "0"], "--requests-per-minute must be a whole number from 1"]
  ] as const) {
    it.live(`refuses ${flags.join(" ")}`, () =>
      Effect.gen(function* () {
        const { code, stderr } = yield* run(["sandbox", "--port", "0", ...flags])
        assert.strictEqual(code, 2)
        assert.include(stderr.split("\n")[0] ?? "", said)
      })
    )
  }

  it.live("refuses a secret that signs nothing, without showing it", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["sandbox", "--port", "0", "--webhook", "http://127.0.0.1:9"], {
        env: { CODAT_WEBHOOK_SECRET: "whsec_!!!secret!!!" }
      })
      assert.strictEqual(code, 2)
      assert.match(stderr, /^error: the webhook secret: /)
      assert.notInclude(stderr, "!!!secret")
    })
  )

  it.live("ends in silence when nobody reads what it says", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["sandbox", "--port", "0"], {
        onStart: (child) => child.stdout?.destroy()
      })
      assert.deepStrictEqual([code, stderr], [0, ""])
    })
  )

  it.live("says that its port is in use", () =>
    Effect.gen(function* () {
      const { port } = new URL(yield* SandboxServer.baseUrl)
      const { code, stderr } = yield* run(["sandbox", "--port", port])
      assert.strictEqual(code, 1)
      assert.strictEqual(
        stderr,
        `error: 127.0.0.1:${port} is in use\n  hint: choose another port with --port\n`
      )
    }).pipe(Effect.provide(served()))
  )

  it.live("does not post webhooks that it cannot sign", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["sandbox", "--webhook", "http://127.0.0.1:9"])
      assert.strictEqual(code, 2)
      assert.include(stderr, "--webhook needs --webhook-secret")
    })
  )
})

describe("effect-codat webhooks listen", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  const body = JSON.stringify({ id: "1", eventType: "company.deleted", payload: { id: "c1", name: "Gone" } })

  it.live("verifies, shows and hands on what comes, signed anew", () =>
    Effect.gen(function* () {
      let status = 204
      const target = yield* serve((_, response) => {
        response.writeHead(status).end()
      })
      const { said, stop } = yield* start(
        ["webhooks", "listen", "--port", "0", "--forward-to", `${target.origin}/hooks`],
        /Listening on (http:\S+)/,
        { CODAT_WEBHOOK_SECRET: secret }
      )
      const post = (headers: Record<string, string>) =>
        Effect.promise(async () => (await fetch(said, { method: "POST", headers, body })).status)
      const signed = yield* Webhook.sign({ secret: Redacted.make(secret), id: "msg_1", body })

      assert.strictEqual(yield* post({ ...signed }), 200)
      assert.strictEqual(yield* post({ ...signed, "webhook-signature": "v1,AAAA" }), 400)
      status = 500
      assert.strictEqual(yield* post({ ...signed }), 502)

      assert.strictEqual(target.received.length, 2)
      const [first] = target.received
      assert.strictEqual(first?.url, "/hooks")
      const event = yield* Webhook.verify({
        secret: Redacted.make(secret),
        headers: { ...first?.headers } as Record<string, string>,
        body: first?.body ?? ""
      })
      assert.strictEqual(event.id, "msg_1")

      const { code, stderr, stdout } = yield* stop("SIGINT")
      assert.strictEqual(code, 130)
      assert.deepStrictEqual(
        rowsOf(stdout).map(({ companyId, eventType, forwarded, id }) => ({
          companyId,
          eventType,
          forwarded,
          id
        })),
        [204, 500].map((forwarded) => ({
          companyId: "c1",
          eventType: "company.deleted",
          forwarded,
          id: "msg_1"
        }))
      )
      assert.match(stderr, /^refused: /m)
      assert.notInclude(stderr, secret)
    }).pipe(Effect.scoped)
  )

  it.live("says why a delivery was not forwarded", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(serve((_, response) => response.end()))
      for (const [url, why] of [
        [gone.origin, "nothing listens there"],
        // A port that fetch never asks.
        ["http://127.0.0.1:1", "bad port"]
      ] as const) {
        const { said, stop } = yield* start(
          ["webhooks", "listen", "--port", "0", "--forward-to", url],
          /Listening on (http:\S+)/,
          { CODAT_WEBHOOK_SECRET: secret }
        )
        const headers = yield* Webhook.sign({ secret: Redacted.make(secret), id: "msg_1", body })
        const answer = yield* Effect.promise(() => fetch(said, { method: "POST", headers, body }))
        assert.strictEqual(answer.status, 502)
        assert.include((yield* stop("SIGINT")).stderr, `\nnot forwarded: ${why}\n`)
      }
    }).pipe(Effect.scoped)
  )

  it.live("forwards to no address with a password, which is not shown", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* call(
        ["webhooks", "listen", "--forward-to", "http://user:precious@127.0.0.1:4798/"],
        { env: { CODAT_WEBHOOK_SECRET: secret } }
      )
      assert.strictEqual(code, 2)
      assert.match(stderr, /^error: --forward-to: no user name or password can be in the address\n/)
      assert.notInclude(stdout + stderr, "precious")
    })
  )

  it.live("takes a redirect for no acceptance, and does not follow it to a page that says 200", () =>
    Effect.gen(function* () {
      const target = yield* serve(({ url }, response) => {
        response.writeHead(url === "/hooks" ? 302 : 200, { location: "/signed-in" }).end()
      })
      const { said, stop } = yield* start(
        ["webhooks", "listen", "--port", "0", "--forward-to", `${target.origin}/hooks`],
        /Listening on (http:\S+)/,
        { CODAT_WEBHOOK_SECRET: secret }
      )
      const headers = yield* Webhook.sign({ secret: Redacted.make(secret), id: "msg_1", body })
      const answer = yield* Effect.promise(() => fetch(said, { method: "POST", headers, body }))
      assert.strictEqual(answer.status, 502)
      assert.deepStrictEqual(
        target.received.map(({ url }) => url),
        ["/hooks"]
      )
      const { stdout } = yield* stop("SIGINT")
      assert.deepStrictEqual(
        rowsOf(stdout).map(({ forwarded }) => forwarded),
        [302]
      )
    }).pipe(Effect.scoped)
  )

  it.live("goes on after a payload that is nested too deeply to be shown", () =>
    Effect.gen(function* () {
      const { said, stop } = yield* start(["webhooks", "listen", "--port", "0"], /Listening on (http:\S+)/, {
        CODAT_WEBHOOK_SECRET: secret
      })
      const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`
      const bodies = [
        body.replace('"Gone"', deep),
        `{"eventType":"some.new","payload":{"referenceCompany":{"id":${deep}}}}`,
        `{"id":${deep},"eventType":"company.deleted","payload":{"id":"c1"}}`,
        body
      ]
      for (const [index, body] of bodies.entries()) {
        const headers = yield* Webhook.sign({ secret: Redacted.make(secret), id: `msg_${index}`, body })
        const answer = yield* Effect.promise(() => fetch(said, { method: "POST", headers, body }))
        assert.strictEqual(answer.status, 200)
      }
      const { code, stderr, stdout } = yield* stop("SIGINT")
      assert.strictEqual(code, 130)
      assert.deepStrictEqual(
        rowsOf(stdout).map(({ companyId, eventType, id }) => [id, eventType, companyId]),
        [
          ["msg_0", "company.deleted", undefined],
          ["msg_1", "some.new", undefined],
          ["msg_2", "company.deleted", "c1"],
          ["msg_3", "company.deleted", "c1"]
        ]
      )
      for (const id of ["msg_0", "msg_1"]) assert.include(stderr, `${id}: JSON that is nested more than 500`)
    }).pipe(Effect.scoped)
  )

  it.live("needs the secret, and one that can be", () =>
    Effect.gen(function* () {
      const listen = ["webhooks", "listen", "--port", "0"]
      const { code, stderr } = yield* run(listen)
      assert.strictEqual(code, 2)
      assert.match(stderr, /^error: CODAT_WEBHOOK_SECRET is not set/)
      for (const env of [
        { CODAT_WEBHOOK_SECRET: "whsec_AAAA" },
        { CODAT_WEBHOOK_SECRET: secret, FORWARD_WEBHOOK_SECRET: "whsec_AAAA" }
      ]) {
        const refused = yield* run(listen, { env })
        assert.strictEqual(refused.code, 2)
        assert.match(refused.stderr, /^error: \w+_WEBHOOK_SECRET: .*at least 24 bytes/)
        assert.notInclude(refused.stderr, "whsec_AAAA")
      }
    })
  )
})

describe("effect-codat demo", () => {
  it.live("writes each connection on a line, and nothing else, in a pipe", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* ask([
        "demo",
        "--company",
        Sandbox.companyId,
        "--page-size",
        "25"
      ])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.deepStrictEqual(
        rowsOf(stdout).map(({ id }) => id),
        (yield* Sandbox.connections()).map(({ id }) => id)
      )
      assert.strictEqual((yield* Sandbox.requests).length, 3)
    }).pipe(Effect.provide(served({ connections: 60 })))
  )

  it.live("shows what it read at a terminal of 80 by 24", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["demo"], { terminal: true })
      assert.strictEqual(code, 0)
      const lines = stdout.split("\n").map((line) => line.split("\u001b[2K").at(-1) ?? "")
      assert.isAtMost(lines.length, 20)
      assert.isTrue(lines.every((line) => line.length <= 80))
      assert.match(stdout, /2,500 connections on 25 pages; 25 requests/)
      assert.match(stdout, /\n {2}By status +By source type\n {4}Linked +[\d,]+ +Accounting +[\d,]+\n/)
      assert.isTrue(lines.every((line) => line === line.trimEnd()))
    })
  )

  it.live("writes the connections at a terminal too, with --json or --fields", () =>
    Effect.gen(function* () {
      const json = yield* run(["demo", "--json", "--connections", "2"], { terminal: true })
      assert.deepStrictEqual(
        rowsOf(json.stdout).map(({ linkUrl }) => linkUrl),
        ["<redacted>", "<redacted>"]
      )
      const fields = yield* run(["demo", "--fields", "platformName", "--connections", "2"], {
        terminal: true
      })
      assert.strictEqual(fields.stdout, "platformName\nXero\nBasiq\n")
      const profile = yield* run(["demo", "--profile", "unknown"])
      assert.strictEqual(
        profile.stderr,
        "error: --profile is set, so this reads from Codat: choose a company with --company ID\n"
      )
    })
  )

  it.live("asks which company, or for credentials", () =>
    Effect.gen(function* () {
      const noCompany = yield* run(["demo"], { env: yield* environment })
      assert.strictEqual(noCompany.code, 2)
      assert.match(noCompany.stderr, /^error: CODAT_API_KEY is set.*--company ID\n$/)
      const noKey = yield* run(["demo", "--company", "c"])
      assert.strictEqual(noKey.code, 2)
      assert.match(noKey.stderr, /^error: --company is for Codat: set CODAT_API_KEY.*\n$/)
    }).pipe(Effect.provide(served()))
  )
})
