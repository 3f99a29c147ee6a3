import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { type Auth, Connections, RetryPolicy, Sandbox } from "effect-codat"
import * as fc from "fast-check"

const companyId = Sandbox.companyId

/** Everything that can happen to a request, by its name, so that a counterexample reads well. */
const faults = {
  "429": { status: 429, retryAfter: 0 },
  "500": { status: 500 },
  "500 after it was done": { status: 500, when: "after" },
  "503": { status: 503 },
  "503 after it was done": { status: 503, when: "after" },
  html: { kind: "html" },
  reset: { kind: "reset" },
  "reset after it was done": { kind: "reset", when: "after" },
  truncated: { kind: "truncated" },
  malformed: { kind: "malformed" },
  conflict: { status: 409, at: "gateway" },
  "bad request": { status: 400, at: "gateway" }
} as const satisfies Record<string, Sandbox.Fault>

// What the faults' names are, which `Object.keys` forgets.
const names = Object.keys(faults) as ReadonlyArray<keyof typeof faults>
const weather = fc.array(fc.constantFrom(...names), { maxLength: 7 })

const policy = RetryPolicy.make({ baseDelay: 0, maxAttempts: 4 })

const under = <A, E>(
  sky: ReadonlyArray<keyof typeof faults>,
  program: Effect.Effect<A, E, Sandbox.Sandbox | HttpClient.HttpClient | Auth.Auth>
) =>
  Effect.runPromise(
    Effect.andThen(
      Effect.forEach(sky, (name) => Sandbox.fail(faults[name])),
      program
    ).pipe(RetryPolicy.withPolicy(policy), Effect.provide(Sandbox.layer({ connections: 30 })))
  )

/** Holds a program to what it asserts, under any weather. */
const whatever = <E>(program: Effect.Effect<void, E, Sandbox.Sandbox | HttpClient.HttpClient | Auth.Auth>) =>
  fc.assert(fc.asyncProperty(weather, (sky) => under(sky, program)))

describe("whatever happens to the requests of a call, one after the other", () => {
  it("create makes one connection if it succeeds, and at most one if it fails", () =>
    whatever(
      Effect.gen(function* () {
        const before = (yield* Sandbox.connections()).length
        const created = yield* Effect.result(Connections.create({ companyId, platformKey: "gbol" }))
        const connections = yield* Sandbox.connections()
        const made = connections.length - before
        if (Result.isSuccess(created)) {
          assert.strictEqual(made, 1)
          assert.strictEqual(connections.at(-1)?.id, created.success.id)
        } else {
          assert.isAtMost(made, 1)
          assert.isString(created.failure.idempotencyKey)
        }
      })
    ))

  it("a create that failed can be gone on with under its key, and still there is one", () =>
    whatever(
      Effect.gen(function* () {
        const before = (yield* Sandbox.connections()).length
        const create = (idempotencyKey?: string) =>
          Connections.create({ companyId, platformKey: "gbol", idempotencyKey })
        const first = yield* Effect.result(create())
        yield* Sandbox.clearFaults
        if (Result.isFailure(first)) yield* Effect.result(create(first.failure.idempotencyKey))
        assert.isAtMost((yield* Sandbox.connections()).length - before, 1)
      })
    ))

  it("delete leaves none if it succeeds", () =>
    whatever(
      Effect.gen(function* () {
        const [first] = yield* Sandbox.connections()
        const connectionId = String(first?.id)
        const deleted = yield* Effect.result(Connections.delete({ companyId, connectionId }))
        const left = (yield* Sandbox.connections()).some(({ id }) => id === connectionId)
        if (Result.isSuccess(deleted)) assert.isFalse(left)
      })
    ))

  it("list gives every connection once and in order, or a part of them in order and then fails", () =>
    fc.assert(
      fc.asyncProperty(weather, fc.integer({ min: 1, max: 4 }), (sky, concurrency) =>
        under(
          sky,
          Effect.gen(function* () {
            const ids = (yield* Sandbox.connections()).map(({ id }) => id)
            const seen: Array<string> = []
            const listed = yield* Connections.list({ companyId, pageSize: 7, concurrency }).pipe(
              Stream.runForEach(({ id }) => Effect.sync(() => seen.push(id))),
              Effect.result
            )
            assert.deepStrictEqual(seen, Result.isSuccess(listed) ? ids : ids.slice(0, seen.length))
          })
        )
      )
    ))
})
