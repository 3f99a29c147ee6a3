import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Redacted } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock, TestConsole } from "effect/testing"
import { Companies, Connections, Sandbox, Webhook, WebhookConsumers, type WebhookEvent } from "effect-codat"
import { Webhook as StandardWebhook } from "standardwebhooks"
import * as LinkACompany from "../examples/link-a-company.ts"
import { reset, stall, text, watched } from "./support/Fake.ts"

const url = "http://127.0.0.1:9/webhooks"
const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

interface Delivery {
  readonly at: number
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An endpoint that keeps what it is sent and answers with one status after the other, the last for ever. */
const endpoint = (...statuses: ReadonlyArray<number | "reset" | "stall">) => {
  const deliveries: Array<Delivery> = []
  const client = HttpClient.make((request, url, signal) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const status = statuses[Math.min(deliveries.length, statuses.length - 1)] ?? 200
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const asked = { method: request.method, url, headers: { ...request.headers }, body, signal, at }
      deliveries.push(asked)
      const reply = status === "stall" ? stall : status === "reset" ? reset() : text(status, "")
      return reply(request, asked)
    })
  )
  return { deliveries, client }
}

const verify = ({ body, headers }: Delivery) => Webhook.verify({ secret, headers, body })

const typeOf = ({ body }: Delivery): string => JSON.parse(body).eventType

/** Signing is a promise, so what is posted behind the clock takes a few turns of the event loop. */
const until = (condition: () => boolean) =>
  Effect.promise(async () => {
    const turn = () => new Promise((done) => setTimeout(done, 1))
    for (let turns = 0; turns < 5000 && !condition(); turns++) await turn()
    assert.isTrue(condition(), "nothing was posted")
    // One more, for what comes of the answer.
    await turn()
  })

const company = { companyId: Sandbox.companyId }
const quiet = Sandbox.layer({ connections: 0, webhookSchedule: "fast" })

describe("an endpoint that redirects", () => {
  it.live("has not taken the message, and the address that it names is not asked", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const server = createServer((request, response) => {
        asked.push(`${request.method} ${request.url}`)
        response.writeHead(request.url === "/hooks" ? 302 : 200, { location: "/signed-in" }).end()
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => {
          server.listen(0, "127.0.0.1", () => resume(Effect.void))
        }),
        () => Effect.sync(() => server.close())
      )
      const address = server.address()
      const port = typeof address === "object" ? address?.port : undefined
      yield* Sandbox.subscribe({ url: `http://127.0.0.1:${port}/hooks`, secret })
      yield* Companies.create({ name: "Bank of Dave" })
      let attempts: ReadonlyArray<Sandbox.DeliveryAttempt> = []
      for (let turns = 0; turns < 500 && attempts.length === 0; turns++) {
        yield* Effect.sleep(1)
        attempts = (yield* Sandbox.deliveries).flatMap((delivery) => delivery.attempts)
      }
      assert.deepInclude(attempts[0], { status: 302, error: "answered with 302" })
      assert.notInclude(asked, "GET /signed-in")
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer({ connections: 0 })))
  )
})

describe("what is told", () => {
  it.effect("the life of a company and a connection, in order, and signed", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 2, 1, 12))
      const { client, deliveries } = endpoint()
      yield* Sandbox.subscribe({ url, secret, client })
      const made = yield* Companies.create({ name: "Bank of Dave", tags: { region: "uk" } })
      const created = yield* Connections.create({ companyId: made.id, platformKey: "gbol" })
      const ref = { companyId: made.id, connectionId: created.id }
      yield* Sandbox.authorize(ref)
      yield* Connections.updateAuthorization({ ...ref, credentials: { a: "b" } })
      yield* Sandbox.deauthorize(ref)
      yield* Connections.unlink(ref)
      yield* Sandbox.authorize(ref)
      yield* Connections.unlink(ref)
      yield* Connections.updateAuthorization({ ...ref, credentials: { a: "b" } })
      yield* Connections.delete(ref)
      yield* Companies.delete({ companyId: made.id })
      yield* until(() => deliveries.length === 9)
      const events = yield* Effect.forEach(deliveries, verify)
      assert.deepStrictEqual(
        events.map((event) => [
          event.eventType,
          event._tag === "Connection" ? event.payload.connection.status : undefined
        ]),
        [
          ["company.created", undefined],
          ["connection.created", "PendingAuth"],
          ["connection.connected", "Linked"],
          // Unlinking what was deauthorized already tells nothing new.
          ["connection.disconnected", "Deauthorized"],
          ["connection.reconnected", "Linked"],
          ["connection.disconnected", "Unlinked"],
          ["connection.reconnected", "Linked"],
          ["connection.deleted", "Linked"],
          ["company.deleted", undefined]
        ]
      )
      assert.lengthOf([...new Set(events.map(({ id }) => id))], 9)
      const [first, second] = events as [WebhookEvent.CompanyEvent, WebhookEvent.ConnectionEvent]
      const { dataConnections, redirect: _, ...details } = made
      assert.deepStrictEqual(dataConnections, [])
      const { redirect, ...rest } = first.payload
      assert.include(redirect && Redacted.value(redirect), made.id)
      assert.deepStrictEqual<unknown>(rest, details)
      assert.deepStrictEqual(second.payload.connection, created)
      assert.deepStrictEqual(second.payload.referenceCompany, {
        id: made.id,
        name: "Bank of Dave",
        links: { portal: `https://app.codat.io/companies/${made.id}/summary` },
        tags: { region: "uk" }
      })
      assert.match(second.eventId ?? "", /^[0-9a-f-]{36}$/)
      assert.strictEqual(second.generatedDate?.epochMilliseconds, Date.UTC(2026, 2, 1, 12))
      assert.strictEqual(deliveries[0]?.url.href, url)
      assert.strictEqual(deliveries[0]?.headers["content-type"], "application/json")
    }).pipe(Effect.provide(quiet))
  )

  it.effect("verifies with another library than ours", () =>
    Effect.gen(function* () {
      // That library has no clock but the system's.
      yield* TestClock.setTime(yield* Effect.sync(() => Date.now()))
      const { client, deliveries } = endpoint()
      yield* Sandbox.subscribe({ url, secret, client })
      yield* Sandbox.makeCompany({ connections: 3 })
      yield* until(() => deliveries.length === 1)
      const [delivery] = deliveries
      assert.isDefined(delivery)
      const payload = new StandardWebhook(Redacted.value(secret)).verify(delivery.body, delivery.headers)
      assert.deepInclude(payload, { eventType: "company.created" })
    }).pipe(Effect.provide(quiet))
  )

  it.effect("only what was asked for, to each who asked, from then on", () =>
    Effect.gen(function* () {
      const [all, some] = [endpoint(), endpoint()]
      yield* Sandbox.makeCompany()
      yield* Sandbox.subscribe({ url, secret, client: all.client })
      yield* Sandbox.subscribe({ url, secret, client: some.client, eventTypes: ["connection.connected"] })
      const { id } = yield* Connections.create({ ...company, platformKey: "gbol" })
      yield* Sandbox.authorize({ ...company, connectionId: id })
      yield* until(() => all.deliveries.length === 2 && some.deliveries.length === 1)
      assert.deepStrictEqual(all.deliveries.map(typeOf), ["connection.created", "connection.connected"])
      assert.deepStrictEqual(some.deliveries.map(typeOf), ["connection.connected"])
    }).pipe(Effect.provide(quiet))
  )

  it.effect("to those in the options, from the first change on", () => {
    const { client, deliveries } = endpoint()
    return Effect.gen(function* () {
      yield* Sandbox.makeCompany()
      yield* until(() => deliveries.length === 1)
      assert.deepStrictEqual(deliveries.map(typeOf), ["company.created"])
    }).pipe(Effect.provide(Sandbox.layer({ connections: 5, webhooks: { url, secret, client } })))
  })
})

describe("how it is told", () => {
  it.effect("again with the same id, signed anew, after 0.5, 1, 2 and 4 seconds, and then no more", () =>
    watched(({ lines, spans }) =>
      Effect.gen(function* () {
        const { client, deliveries } = endpoint(500, "reset", 404, 302, 503)
        yield* Sandbox.subscribe({ url, secret, client })
        yield* Sandbox.makeCompany()
        for (const [index, wait] of [0, 500, 1000, 2000, 4000, 60_000].entries()) {
          yield* TestClock.adjust(wait)
          yield* until(() => deliveries.length === Math.min(index + 1, 5))
        }
        assert.deepStrictEqual(
          deliveries.map(({ at }) => at),
          [0, 500, 1500, 3500, 7500]
        )
        assert.lengthOf([...new Set(deliveries.map(({ headers }) => headers["webhook-id"]))], 1)
        assert.lengthOf([...new Set(deliveries.map(({ body }) => body))], 1)
        assert.deepStrictEqual(
          deliveries.map(({ headers }) => headers["webhook-timestamp"]),
          ["0", "0", "1", "3", "7"]
        )
        yield* Effect.forEach(deliveries, verify)
        assert.lengthOf(
          lines.filter((line) => line.includes("gave up sending") && line.includes("answered with 503")),
          1
        )
        assert.notInclude(lines.join(), "MfKQ9r8G")
        assert.deepStrictEqual(
          spans.map(({ name }) => name).filter((name) => name !== "Webhook.verify"),
          []
        )
      }).pipe(Effect.provide(quiet))
    )
  )

  it.effect("does not hold up a request, nor other messages for long", () =>
    Effect.gen(function* () {
      const { client, deliveries } = endpoint("stall", 500, 200)
      yield* Sandbox.subscribe({ url, secret, client })
      for (const name of ["A", "B", "C"]) yield* Companies.create({ name })
      yield* until(() => deliveries.length === 1)
      assert.strictEqual((yield* Sandbox.companies).length, 4)
      yield* TestClock.adjust("15 seconds")
      yield* until(() => deliveries.length === 3)
      const names = () => deliveries.map(({ body }) => JSON.parse(body).payload.name)
      assert.deepStrictEqual(names(), ["A", "B", "C"])
      yield* TestClock.adjust("500 millis")
      yield* until(() => deliveries.length === 5)
      assert.deepStrictEqual(names().slice(3).toSorted(), ["A", "B"])
    }).pipe(Effect.provide(quiet))
  )

  it.effect("with the time of the endpoint, however far the sandbox's clock is ahead", () =>
    Effect.gen(function* () {
      const { client, deliveries } = endpoint(500, 200)
      yield* Sandbox.subscribe({ url, secret, client })
      yield* Sandbox.makeCompany()
      yield* until(() => deliveries.length === 1)
      yield* Sandbox.advance("1 day")
      yield* until(() => deliveries.length === 2)
      yield* Effect.forEach(deliveries, verify)
      assert.strictEqual(deliveries[1]?.headers["webhook-timestamp"], "0")
      const [delivery] = yield* Sandbox.deliveries
      assert.deepStrictEqual(
        delivery?.attempts.map(({ at }) => at),
        [0, 86_400_000]
      )
    }).pipe(Effect.provide(quiet))
  )

  it.effect("again, to an endpoint whose answer breaks off after its status", () =>
    Effect.gen(function* () {
      let posts = 0
      const client = HttpClient.make((request) =>
        Effect.sync(() => {
          const isFirst = ++posts === 1
          const body = new ReadableStream({
            start: (controller) => (isFirst ? controller.error(new Error("cut off")) : controller.close())
          })
          return HttpClientResponse.fromWeb(request, new Response(body, { status: 200 }))
        })
      )
      yield* Sandbox.subscribe({ url, secret, client })
      yield* Sandbox.makeCompany()
      yield* until(() => posts === 1)
      yield* TestClock.adjust("500 millis")
      yield* until(() => posts === 2)
      const [sent] = yield* Sandbox.deliveries
      assert.strictEqual(sent?.state, "delivered")
      assert.deepStrictEqual(
        sent?.attempts.map(({ status }) => status),
        [undefined, 200]
      )
    }).pipe(Effect.provide(quiet))
  )

  it.effect("once, to an endpoint that answers with 204 and no body", () =>
    Effect.gen(function* () {
      // As `fetch` answers: such a response has no stream.
      const client = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, new Response(null, { status: 204 })))
      )
      yield* Sandbox.subscribe({ url, secret, client })
      yield* Sandbox.makeCompany()
      let [sent] = yield* Sandbox.deliveries
      for (let turns = 0; turns < 500 && sent?.attempts.length === 0; turns++) {
        yield* Effect.promise(() => new Promise((done) => setTimeout(done, 1)))
        sent = (yield* Sandbox.deliveries)[0]
      }
      assert.deepInclude(sent, { state: "delivered", attempts: [{ at: 0, status: 204 }] })
    }).pipe(Effect.provide(quiet))
  )

  it.effect("is not given up on because the sandbox's clock is advanced meanwhile", () =>
    Effect.gen(function* () {
      const { client, deliveries } = endpoint("stall")
      yield* Sandbox.subscribe({ url, secret, client })
      yield* Sandbox.makeCompany()
      yield* until(() => deliveries.length === 1)
      yield* Sandbox.advance("1 day")
      yield* until(() => true)
      assert.deepStrictEqual(
        (yield* Sandbox.deliveries).map(({ attempts, state }) => [state, attempts.length]),
        [["pending", 0]]
      )
    }).pipe(Effect.provide(quiet))
  )

  it.effect("no more by the schedule once a replay was accepted", () =>
    Effect.gen(function* () {
      const { client, deliveries } = endpoint(500, 200, 500)
      yield* Sandbox.subscribe({ url, secret, client })
      yield* Sandbox.makeCompany()
      yield* until(() => deliveries.length === 1)
      const [failing] = yield* Sandbox.deliveries
      yield* Sandbox.replay(failing?.id ?? "")
      yield* until(() => deliveries.length === 2)
      yield* TestClock.adjust("1 minute")
      yield* until(() => true)
      assert.lengthOf(deliveries, 2)
      assert.deepStrictEqual(
        (yield* Sandbox.deliveries).map(({ state }) => state),
        ["delivered"]
      )
    }).pipe(Effect.provide(quiet))
  )

  it.effect("also after its client has thrown", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const client = HttpClient.make((request, url, signal) =>
        Effect.suspend(() => {
          told.push(String(request.headers["webhook-id"]))
          if (told.length === 1) throw new Error("a mistake in the test")
          return text(200, "")(request, { method: "POST", url, headers: {}, body: "", signal, at: 0 })
        })
      )
      yield* Sandbox.subscribe({ url, secret, client })
      for (const name of ["A", "B"]) yield* Sandbox.makeCompany({ name })
      yield* until(() => told.length === 2)
      const [first, second] = yield* Sandbox.deliveries
      assert.include(first?.attempts[0]?.error, "a mistake in the test")
      assert.strictEqual(second?.state, "delivered")
    }).pipe(Effect.provide(quiet))
  )

  it.live("at the address of its own consumer, though one before a reset had the same id", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const server = createServer((request, response) => {
        told.push(String(request.url))
        response.end()
      })
      yield* Effect.promise(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)))
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      const { port } = server.address() as AddressInfo
      const consumer = (path: string) =>
        WebhookConsumers.create({
          url: `http://127.0.0.1:${port}${path}`,
          eventTypes: ["company.created"]
        })
      const before = yield* consumer("/before")
      yield* Sandbox.makeCompany()
      yield* until(() => told.length === 1)
      yield* Sandbox.reset
      const after = yield* consumer("/after")
      assert.strictEqual(after.id, before.id)
      yield* Sandbox.makeCompany()
      yield* until(() => told.length === 2)
      assert.deepStrictEqual(told, ["/before", "/after"])
    }).pipe(Effect.provide(quiet))
  )

  it.effect("with an id that no other message has, after a reset and by another sandbox too", () =>
    Effect.gen(function* () {
      const { client, deliveries } = endpoint(200)
      for (let time = 0; time < 2; time++) {
        yield* Effect.gen(function* () {
          for (let reset = 0; reset < 2; reset++) {
            yield* TestClock.adjust("1 second")
            yield* Sandbox.makeCompany()
            const told = deliveries.length + 1
            yield* until(() => deliveries.length === told)
            yield* Sandbox.reset
          }
        }).pipe(Effect.provide(Sandbox.layer({ webhooks: { url, secret, client } }), { local: true }))
      }
      for (const ids of [
        deliveries.map(({ headers }) => headers["webhook-id"]),
        deliveries.map(({ body }) => JSON.parse(body).id)
      ]) {
        assert.lengthOf([...new Set(ids)], 4)
      }
      assert.match(
        JSON.parse(deliveries[0]?.body ?? "{}").id,
        /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-/
      )
    })
  )

  it.effect("ends with the sandbox", () =>
    Effect.gen(function* () {
      const { client, deliveries } = endpoint(500)
      yield* Effect.gen(function* () {
        yield* Sandbox.subscribe({ url, secret, client })
        yield* Sandbox.makeCompany()
        yield* until(() => deliveries.length === 1)
      }).pipe(Effect.provide(quiet))
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(deliveries, 1)
    })
  )

  it.effect("refuses an endpoint that cannot be told", () =>
    Effect.gen(function* () {
      for (const bad of [
        { url: "/webhooks", secret },
        { url: "ftp://127.0.0.1/", secret },
        { url, secret: Redacted.make("not base64!") },
        { url, secret: [] }
      ]) {
        const error = yield* Effect.flip(Sandbox.subscribe(bad))
        assert.strictEqual(error.control, "subscribe")
        assert.strictEqual(error.reason, "InvalidOption")
        assert.notInclude(error.message, "base64!")
        const exit = yield* Effect.exit(
          Effect.provide(Sandbox.companies, Sandbox.layer({ webhooks: [bad] }), { local: true })
        )
        assert.isTrue(Exit.hasDies(exit))
      }
    }).pipe(Effect.provide(quiet))
  )
})

describe("examples/link-a-company.ts", () => {
  it.live("streams what its customer has linked, and shows no password", () =>
    Effect.gen(function* () {
      const names = yield* LinkACompany.program((connection) => Sandbox.authorize(connection))
      assert.deepStrictEqual(names, ["Xero", "Basiq"])
      const shown = (yield* TestConsole.logLines).map(String)
      assert.lengthOf(
        shown.filter((line) => line === "webhook: connection.connected"),
        2
      )
      assert.notInclude(shown.join("\n"), "otp")
    }).pipe(Effect.provide([LinkACompany.world, TestConsole.layer]))
  )

  it.live("waits for its customer", () =>
    Effect.gen(function* () {
      const living = yield* Effect.forkChild(LinkACompany.program(() => Effect.never))
      yield* Effect.repeat(TestConsole.logLines, {
        until: (lines) => lines.includes("webhook: connection.created")
      })
      assert.isUndefined(living.pollUnsafe())
      yield* Fiber.interrupt(living)
    }).pipe(Effect.provide([LinkACompany.world, TestConsole.layer]))
  )
})
