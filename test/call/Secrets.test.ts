import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Cause, ConfigProvider, Effect, Exit, Layer, Metric, Redacted, Schema, Stream } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import { Auth, Codat, CodatConfig, type CodatError, Connections, RetryPolicy } from "effect-codat"
import {
  type Asked,
  against,
  apiKey,
  companyId,
  connectionId,
  errorOf,
  fake,
  json,
  ok,
  type Reply,
  reasonIs,
  reset,
  row,
  script,
  stall,
  text,
  type Watch,
  watched
} from "../support/Fake.ts"
import { serve } from "../support/Http.ts"
import { transports } from "../support/Transports.ts"

// -----------------------------------------------------------------------------
// Marks, and where they could show
// -----------------------------------------------------------------------------

const key = "MARKED-key-5d1f"
const token = "MARKED-token-9e2c"
const credential = 'head-of-it"quoted"\\&MARKED-credential'
const link = "https://link-api.codat.io/start?otp=MARKED-otp-77aa"

const marks = ["MARKED", btoa(key), btoa(key).replace(/=+$/, ""), btoa(token), btoa(credential)]

const auths = {
  "an API key": Auth.layerApiKey({ apiKey: Redacted.make(key) }),
  "a header": Auth.layerAuthHeader({ authHeader: Redacted.make(`Basic ${btoa(key)}`) }),
  "a token": Auth.layerBearer({ token: Redacted.make(token) })
}

const one = { companyId, connectionId }
const calls = {
  list: Stream.runDrain(Connections.list({ companyId })),
  skipping: Stream.runDrain(Connections.list({ companyId, invalid: "skip", concurrency: 2 })),
  count: Connections.count({ companyId }),
  get: Connections.get(one),
  create: Connections.create({ companyId, platformKey: "gbol" }),
  unlink: Connections.unlink(one),
  updateAuthorization: Connections.updateAuthorization({
    ...one,
    credentials: {
      shorter: "head-of-it",
      plain: credential,
      redacted: Redacted.make("MARKED-redacted")
    }
  }),
  delete: Connections.delete(one)
}

/** Everything that a value could show. */
const shown = (value: unknown): string =>
  [
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null }),
    inspect(value, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      customInspect: false,
      getters: true
    }),
    inspect(value),
    JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part)),
    String(value),
    value instanceof Error ? `${value.stack} ${value.message} ${inspect(value.cause)}` : ""
  ].join("\n")

const search = (name: string, text: string) => {
  for (const mark of marks) {
    const at = text.indexOf(mark)
    if (at >= 0) assert.fail(`${name} shows a secret: …${text.slice(Math.max(0, at - 200), at + 100)}…`)
  }
}

const searchAll = Effect.fnUntraced(function* (
  name: string,
  exit: Exit.Exit<unknown, unknown>,
  watch: Watch
) {
  if (Exit.isFailure(exit)) {
    assert.isFalse(Cause.hasDies(exit.cause), `${name}: ${Cause.pretty(exit.cause)}`)
    yield* Effect.logFatal(exit.cause)
    for (const reason of exit.cause.reasons) {
      if (Cause.isFailReason(reason)) {
        yield* Effect.logError("it failed", reason.error)
        search(`${name}: the error`, shown(reason.error))
      }
    }
    search(`${name}: the cause`, Cause.pretty(exit.cause) + shown(exit.cause))
  }
  search(`${name}: the exit`, shown(exit))
  search(`${name}: the log`, watch.lines.join("\n"))
  assert.isAbove(watch.spans.length, 0)
  for (const { attributes, events, name: span, status } of watch.spans) {
    // What a page that succeeded holds is the program's own; no exporter sends it.
    const ended = status._tag === "Ended" && Exit.isFailure(status.exit) ? status.exit : undefined
    search(`${name}: a span`, [span, ...[...attributes, ...events, ended].map(shown)].join("\n"))
  }
  search(`${name}: the metrics`, shown(yield* Metric.snapshot))
})

// -----------------------------------------------------------------------------
// Ways to fail
// -----------------------------------------------------------------------------

/** All that a server knows of the secrets of a request, in one text. */
const overheard = (asked: { readonly headers: Asked["headers"]; readonly body: string | undefined }) => {
  const header = String(asked.headers["authorization"])
  const scheme = header.slice(header.indexOf(" ") + 1)
  const decoded = header.startsWith("Basic ") ? atob(scheme) : ""
  const values: ReadonlyArray<unknown> = asked.body === undefined ? [] : Object.values(JSON.parse(asked.body))
  return [
    header,
    scheme,
    decoded,
    asked.body,
    ...values,
    ...values.map((value) => encodeURIComponent(String(value)))
  ]
    .filter((part) => part !== "")
    .join(" | ")
}

const echo =
  (make: (heard: string) => Reply): Reply =>
  (request, asked) =>
    make(overheard(asked))(request, asked)

const echoing = (status: number): Reply =>
  echo((heard) =>
    json(
      status,
      {
        error: heard,
        correlationId: heard,
        service: heard,
        canBeRetried: heard,
        detailedErrorCode: heard,
        validation: {
          errors: [{ itemId: heard, message: heard, validatorName: heard }],
          warnings: [{ itemId: heard, message: heard, validatorName: heard }]
        }
      },
      {
        "x-rate-limit-limit": "MARKED",
        "x-rate-limit-reset": "MARKED",
        "retry-after": "MARKED",
        "www-authenticate": "MARKED"
      }
    )
  )

const quoting: Reply = echo((heard) =>
  reset(
    new TypeError("fetch failed", {
      cause: Object.assign(new Error(`Headers.append: "${heard}" is an invalid header value.`), {
        code: heard
      })
    })
  )
)

const describing: Reply = (request, asked) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, description: overheard(asked) })
    })
  )

const wrong = (body: unknown): Reply => json(200, body)
const page = (results: unknown) => wrong({ results, pageNumber: 1, pageSize: 100, totalResults: 1 })

const replies: Readonly<Record<string, Reply>> = {
  ...Object.fromEntries(
    [302, 400, 401, 402, 403, 404, 408, 409, 422, 429, 451, 500, 503].map((status) => [
      status,
      echoing(status)
    ])
  ),
  "an error cut in the middle of a secret": echo((heard) =>
    json(500, { error: `${"x".repeat(992)}${heard.split(" | ").at(-1)}` })
  ),
  "an error in HTML": echo((heard) => text(502, `<p>${heard}</p>`)),
  "a body of text": echo((heard) => text(200, heard)),
  "a body that is a JSON string": echo(wrong),
  "a transport that quotes the header": quoting,
  "a transport that describes the request": describing,
  "a transport that throws text": echo(reset),
  "no answer": stall,
  "a link where a date should be": wrong(row(1, { linkUrl: link, created: link })),
  "a link in the wrong type": wrong(row(1, { linkUrl: { href: link } })),
  "a link for an object": wrong(row(1, { connectionInfo: link })),
  "a link for a row": page([link]),
  "a row with a link": page([row(1, { linkUrl: link, lastSync: link, [link]: 1 })]),
  "a row with half a link": page([row(1, { linkUrl: [link] })]),
  "a link for a page": page(link),
  "a link for a number": wrong({ results: [], totalResults: link, pageNumber: link }),
  "a link for links": wrong({ results: [], _links: { next: link } }),
  "a next page that does not advance": wrong({ results: [], _links: { next: { href: `${link}&page=1` } } })
}

describe("no secret shows when", () => {
  for (const [kind, auth] of Object.entries(auths)) {
    for (const [name, reply] of Object.entries(replies)) {
      it.live(`${name}, with ${kind}`, () =>
        Effect.gen(function* () {
          let failures = 0
          for (const [operation, call] of Object.entries(calls)) {
            yield* watched((watch) =>
              Effect.gen(function* () {
                const transport = fake(() => reply)
                const exit = yield* call.pipe(
                  Effect.provide([
                    auth,
                    Layer.succeed(HttpClient.HttpClient)(transport.client),
                    CodatConfig.layer({ attemptTimeout: 5 }),
                    RetryPolicy.layer(RetryPolicy.make({ maxAttempts: 2, baseDelay: 0 }))
                  ]),
                  Effect.exit
                )
                assert.isAbove(transport.asked.length, 0)
                if (Exit.isFailure(exit)) failures++
                yield* searchAll(`${operation}, ${name}`, exit, watch)
              })
            )
          }
          assert.isAbove(failures, 0)
        })
      )
    }
  }
})

describe("no secret shows before anything is sent, when", () => {
  const untouched = fake(() => ok({}))
  const broken = `MARKED\r\nkey`

  const layers: Readonly<Record<string, Layer.Layer<Auth.Auth, unknown>>> = {
    "an API key cannot stand in a header": Auth.layerApiKey({ apiKey: Redacted.make(broken) }),
    "an API key is a header": Auth.layerApiKey({ apiKey: Redacted.make("Basic MARKED") }),
    "a header is none": Auth.layerAuthHeader({ authHeader: Redacted.make("MARKED") }),
    "a token cannot stand in a header": Auth.layerBearer({ token: Redacted.make(broken) }),
    "a service of one's own yields a broken header": Layer.succeed(Auth.Auth)({
      authorization: Effect.succeed(Redacted.make(broken)),
      refused: () => Effect.succeed(false)
    }),
    ...Object.fromEntries(
      ["CODAT_API_KEY", "CODAT_AUTH_HEADER", "CODAT_ACCESS_TOKEN"].map((variable) => [
        `${variable} cannot stand in a header`,
        Layer.provide(
          Auth.layerConfig,
          ConfigProvider.layer(ConfigProvider.fromUnknown({ [variable]: broken }))
        )
      ])
    ),
    "two variables are set": Layer.provide(
      Auth.layerConfig,
      ConfigProvider.layer(
        ConfigProvider.fromUnknown({ CODAT_API_KEY: "MARKED-1", CODAT_ACCESS_TOKEN: "MARKED-2" })
      )
    )
  }
  for (const [name, layer] of Object.entries(layers)) {
    it.effect(name, () =>
      watched((watch) =>
        Effect.gen(function* () {
          const exit = yield* Effect.provide(calls.get, layer).pipe(
            Effect.provide(untouched.layer),
            Effect.exit
          )
          assert.isTrue(Exit.isFailure(exit))
          yield* Effect.withSpan(Effect.void, "so that there is one")
          yield* searchAll(name, exit, watch)
          assert.strictEqual(untouched.asked.length, 0)
        })
      )
    )
  }

  it.effect("credentials, a base URL or input are refused", () =>
    watched((watch) =>
      Effect.gen(function* () {
        // A program in plain JavaScript can hand over what the types forbid.
        const crooked = { plain: "MARKED", wrong: 1 } as unknown as Record<string, string>
        const refused = [
          Connections.updateAuthorization({ ...one, credentials: crooked }),
          Connections.get(one).pipe(
            Effect.provide(CodatConfig.layer({ baseUrl: "https://user:MARKED@api.codat.io" }))
          ),
          Connections.get(one).pipe(Effect.provide(CodatConfig.layer({ userAgent: "MARKED\n" }))),
          Connections.create({ companyId, platformKey: "MARKED" }),
          Connections.create({ companyId, platformKey: "gbol", idempotencyKey: "MARKED" })
        ]
        for (const call of refused) {
          const exit: Exit.Exit<unknown, CodatError.CodatError> = yield* call.pipe(
            Effect.provide(untouched.layer),
            Effect.exit
          )
          assert.isTrue(Exit.isFailure(exit))
          yield* searchAll("refused input", exit, watch)
        }
        assert.strictEqual(untouched.asked.length, 0)
      })
    )
  )
})

it.effect("a secret that stands as JSON in the middle of a longer text is cut out of it, and only that", () =>
  Effect.gen(function* () {
    const secret = 'q"uo\\te\nd-5d1f'
    const spellings = {
      plain: secret,
      JSON: JSON.stringify(secret).slice(1, -1),
      "a URL": encodeURIComponent(secret)
    }
    for (const [name, spelt] of Object.entries(spellings)) {
      const transport = fake(() => json(400, { error: `the body {"password":"${spelt}"} of 3 is wrong` }))
      const error = yield* Connections.updateAuthorization({
        ...one,
        credentials: { password: Redacted.make(secret) }
      }).pipe(Effect.provide(transport.layer), errorOf)
      assert.strictEqual(error.reason.message, 'the body {"password":"<redacted>"} of 3 is wrong', name)
    }
  })
)

it.effect(
  "a transport's message loses queries, users and passwords of URLs, and what makes it too long",
  () =>
    Effect.gen(function* () {
      const said = `proxy HTTP://user:pa55@word@proxy:8080/a?b=c refused https://api.codat.io/x?y=z ${"m".repeat(2000)}`
      const error = yield* calls.get.pipe(against(script(reset(new Error(said)))), errorOf)
      const { message } = reasonIs(error, "Transport")
      assert.match(message, /^proxy HTTP:\/\/proxy:8080\/a refused https:\/\/api.codat.io\/x m+$/)
      assert.lengthOf(message, 1000)
    })
)

it.effect("an API key does not show in base64 whose padding was left out", () =>
  Effect.gen(function* () {
    const [key, header] = ["MARKED-1", "TUFSS0VELTE="]
    const heard = json(400, { error: `heard ${header} and ${header.slice(0, -1)}` })
    const error = yield* calls.get.pipe(
      Effect.provide(Auth.layerApiKey({ apiKey: Redacted.make(key) })),
      against(script(heard)),
      errorOf
    )
    assert.strictEqual(reasonIs(error, "BadRequest").message, "heard <redacted> and <redacted>")
  })
)

it.effect(
  "a property's name in an answer shows no credential, no control character and only its beginning",
  () =>
    Effect.gen(function* () {
      const request = Codat.request({
        operation: "X.get",
        method: "GET",
        path: "/x",
        output: Schema.Record(Schema.String, Schema.Finite)
      })
      const heard = ok({ [`Basic ${btoa(apiKey)}\u001b${"n".repeat(2000)}`]: "no number" })
      const { path } = reasonIs(yield* request.pipe(against(script(heard)), errorOf), "InvalidResponse")
      assert.match(path, /^<redacted>\\u001bn+$/)
      assert.lengthOf(path, 1000)
    })
)

it.effect("the Auth service does not show what it holds", () =>
  Effect.gen(function* () {
    for (const [name, layer] of Object.entries(auths)) {
      const service = yield* Effect.provide(Auth.Auth, layer)
      search(name, shown(service) + shown(yield* service.authorization))
    }
  })
)

it.effect("no credential shows when a client prints the request that it is given", () =>
  Effect.gen(function* () {
    const printed: Array<string> = []
    const transport = fake((_) => ok(row(1)))
    const printing = HttpClient.tapRequest(transport.client, (request) =>
      Effect.sync(() => {
        printed.push(JSON.stringify(request), inspect(request, { depth: 10 }), String(request))
      })
    )
    yield* Connections.updateAuthorization({
      ...one,
      credentials: { password: Redacted.make("HUSH-HUSH"), user: "HUSH-TOO" }
    }).pipe(Effect.provideService(HttpClient.HttpClient, printing), Effect.provide(transport.layer))
    assert.lengthOf(printed, 3)
    for (const text of printed) assert.notInclude(text, "HUSH")
    // What is sent is all there.
    assert.strictEqual(transport.asked[0]?.body, '{"password":"HUSH-HUSH","user":"HUSH-TOO"}')
    assert.strictEqual(transport.asked[0]?.headers["content-type"], "application/json")
  })
)

describe("no secret shows over real HTTP when", () => {
  type Answerer = Parameters<typeof serve>[0]
  const heard: (received: Parameters<Answerer>[0]) => string = ({ body, headers }) =>
    overheard({
      headers: { authorization: String(headers.authorization) },
      body: body === "" ? undefined : body
    })
  const servers: Readonly<Record<string, Answerer>> = {
    "the server tells what it heard": (received, response) =>
      response.writeHead(400).end(JSON.stringify({ error: heard(received), service: heard(received) })),
    "the server answers with what it heard": (received, response) =>
      response.writeHead(200).end(heard(received)),
    "the socket dies": (_, __, request) => request.socket.destroy(),
    "the body is cut off": (received, response) => {
      response.writeHead(200, { "content-length": 100_000 })
      response.write(heard(received), () => response.destroy())
    },
    "the answer is no HTTP": (received, _, request) => request.socket.end(`${heard(received)}\r\n\r\n`),
    "no answer comes": () => {}
  }
  for (const [carrier, transport] of Object.entries(transports))
    for (const [name, answer] of Object.entries(servers)) {
      it.live(`${name}, over ${carrier}`, () =>
        Effect.gen(function* () {
          const server = yield* serve(answer)
          const tries = Object.entries(auths).flatMap(([kind, auth]) =>
            [calls.updateAuthorization, calls.get, calls.create].map((call) =>
              watched((watch) =>
                Effect.gen(function* () {
                  const exit: Exit.Exit<unknown, CodatError.CodatError> = yield* call.pipe(
                    Effect.provide([
                      auth,
                      transport,
                      CodatConfig.layer({ baseUrl: server.origin, attemptTimeout: 500 }),
                      RetryPolicy.layer(RetryPolicy.none)
                    ]),
                    Effect.exit
                  )
                  assert.isTrue(Exit.isFailure(exit))
                  yield* searchAll(`${name}, with ${kind}`, exit, watch)
                })
              )
            )
          )
          // At once, so that time limits are waited for once.
          yield* Effect.all(tries, { concurrency: "unbounded" })
          assert.isAbove(server.received.length, 0)
        })
      )
    }
})
