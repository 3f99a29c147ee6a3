/**
 * The program that each runtime runs: what a user of the library does, against a sandbox in memory and, with `fetch`,
 * against one over HTTP. Nothing in it belongs to one runtime.
 */
import { Effect, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Codat, type CodatError, Connections, Sandbox, Webhook } from "effect-codat"

/** A check and its fault, if it has failed. */
export interface Check {
  readonly name: string
  readonly problem?: string
}

const { companyId } = Sandbox

export const expect = (actual: unknown, expected: unknown): Effect.Effect<void, string> =>
  actual === expected ? Effect.void : Effect.fail(`expected ${expected}, got ${actual}`)

const list = Effect.flatMap(Stream.runCount(Connections.list({ companyId })), (count) => expect(count, 250))

const create = Effect.gen(function* () {
  const { id } = yield* Connections.create({ companyId, platformKey: "gbol" })
  const found = yield* Connections.get({ companyId, connectionId: id })
  yield* expect(found.id, id)
})

const typedError = Connections.get({ companyId, connectionId: "ee2eb431-c0fa-4dc9-93fa-d29781c12bcd" }).pipe(
  Effect.as("a connection"),
  Effect.catchReason("CodatError", "NotFound", ({ correlationId }) =>
    Effect.succeed(correlationId === undefined ? "no correlation id" : "NotFound")
  ),
  Effect.flatMap((outcome) => expect(outcome, "NotFound"))
)

const webhook = Effect.gen(function* () {
  const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
  const body = JSON.stringify({
    id: "ba29118f-5406-4e59-b05c-ba307ca38d01",
    eventType: "client.rateLimit.reached",
    generatedDate: "2024-08-08T17:10:34.015Z",
    payload: { dailyQuota: 1000, quotaRemaining: 0, expiryDate: "2024-08-09T00:00:00Z" }
  })
  const headers = yield* Webhook.sign({ secret, id: "msg_1", body })
  const event = yield* Webhook.verify({ secret, headers, body })
  yield* expect(event.eventType, "client.rateLimit.reached")
  const forged = yield* Effect.flip(Webhook.verify({ secret, headers, body: `${body} ` }))
  yield* expect(forged.reason._tag, "SignatureMismatch")
})

/** The second page fails once, and the first write takes place but its answer is lost. */
export const faults = Effect.gen(function* () {
  yield* Sandbox.fail({ operation: "Connections.list", page: 2, status: 503 })
  yield* Sandbox.fail({ operation: "Connections.create", kind: "reset", when: "after" })
})

/** One connection was made, and it took two requests under one key: a browser sends the second by itself. */
export const madeOnce = Effect.gen(function* () {
  yield* expect((yield* Effect.orDie(Sandbox.connections())).length, 251)
  const writes = (yield* Sandbox.requests).filter(({ method }) => method === "POST")
  yield* expect(writes.length, 2)
  yield* expect(new Set(writes.map(({ headers }) => headers["idempotency-key"])).size, 1)
})

export const check = <E, R>(
  name: string,
  effect: Effect.Effect<void, E, R>
): Effect.Effect<Check, never, R> =>
  Effect.matchCause(effect, {
    onSuccess: () => ({ name }),
    onFailure: (cause) => ({ name, problem: String(cause) })
  })

/** Runs all checks. */
export const run = (baseUrl: string): Promise<ReadonlyArray<Check>> => {
  const inMemory = Effect.gen(function* () {
    yield* Effect.orDie(faults)
    return yield* Effect.all([
      check("a stream with a fault", list),
      check("a write whose answer is lost", create),
      check("a typed error", typedError),
      check(
        "one connection more",
        Effect.flatMap(Sandbox.connections(), ({ length }) => expect(length, 251))
      )
    ])
  }).pipe(Effect.provide(Sandbox.layer({ connections: 250 })))

  const account = Codat.layer({ apiKey: Redacted.make(Sandbox.apiKey), baseUrl })
  const overHttp: Effect.Effect<ReadonlyArray<Check>, CodatError.CodatError> = Effect.all([
    check("a stream with a fault, over HTTP", list),
    check("a write whose answer is lost, over HTTP", create),
    check("a typed error, over HTTP", typedError)
  ]).pipe(Effect.provide([account, FetchHttpClient.layer]))

  return Effect.runPromise(
    Effect.map(Effect.all([inMemory, overHttp, Effect.all([check("a webhook", webhook)])]), (all) =>
      all.flat()
    )
  )
}
