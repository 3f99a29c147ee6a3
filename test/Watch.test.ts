import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Random, Redacted, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type Connection, Connections, RetryPolicy, Sandbox } from "effect-codat"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  type Fake,
  failed,
  fake,
  ok,
  type Reply,
  reasonIs,
  reset,
  row,
  script,
  stall,
  watched
} from "./support/Fake.ts"

const one = { companyId, connectionId }
const pending = ok(row(1, { status: "PendingAuth" }))
const linked = ok(row(1))

/** Chance that always draws the same: 0.5 leaves each wait as it is. */
const drawing = (value: number) =>
  Effect.provideService(Random.Random, { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => value })

const seconds = (codat: Fake) => codat.asked.map(({ at }) => at / 1000)

/** Starts a program and gives it time. */
const within = <A, E, R>(duration: Duration.Input, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust(duration)
    return fiber
  })

describe("awaitStatus", () => {
  const statuses = (...all: ReadonlyArray<unknown>) =>
    fake((_, index) => ok(row(1, { status: all[Math.min(index, all.length - 1)] })))

  it.effect("answers at once when there is nothing to wait for, for one request", () =>
    Effect.gen(function* () {
      const codat = script(linked)
      const connection = yield* Connections.awaitStatus(one).pipe(against(codat))
      assert.strictEqual(connection.id, "c1")
      assert.strictEqual(connection.status, "Linked")
      assert.lengthOf(codat.asked, 1)
      assert.strictEqual(codat.asked[0]?.url.pathname, `/companies/${companyId}/connections/${connectionId}`)
    })
  )

  it.effect("waits 1, 2, 4, 8, 16 and then 30 seconds", () =>
    Effect.gen(function* () {
      const codat = fake((_, index) => (index < 8 ? pending : linked))
      const fiber = yield* within(
        "121 seconds",
        Connections.awaitStatus(one).pipe(against(codat), drawing(0.5))
      )
      assert.deepStrictEqual(seconds(codat), [0, 1, 3, 7, 15, 31, 61, 91, 121])
      assert.strictEqual((yield* Fiber.join(fiber)).status, "Linked")
    })
  )

  it.effect("spends 21 to 29 requests in its ten minutes, as documented", () =>
    Effect.gen(function* () {
      for (const [draw, requests] of [
        [0, 29],
        [0.5, 24],
        [1, 21]
      ] as const) {
        const codat = statuses("PendingAuth")
        const fiber = yield* within(
          "599 seconds",
          Connections.awaitStatus(one).pipe(against(codat), drawing(draw), errorOf)
        )
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 second")
        const error = yield* Fiber.join(fiber)
        const reason = reasonIs(error, "Timeout")
        assert.strictEqual(reason.bound, "await")
        assert.strictEqual(Duration.toMinutes(reason.duration), 10)
        assert.strictEqual(
          error.message,
          "Connections.awaitStatus: Timeout: not in the status that was waited for within 10m (last seen: PendingAuth)"
        )
        assert.strictEqual(reason.last, "PendingAuth")
        assert.strictEqual(error.path, `/companies/${companyId}/connections/${connectionId}`)
        assert.isTrue(error.isRetryable)
        assert.lengthOf(codat.asked, requests)
      }
    })
  )

  it.effect("waits for any status, or for any of several", () =>
    Effect.gen(function* () {
      for (const until of ["Deauthorized", ["Unlinked", "Deauthorized"]] as const) {
        const codat = statuses(null, "Linked", "Deauthorized", "Linked")
        const fiber = yield* within(
          "1 minute",
          Connections.awaitStatus({ ...one, until }).pipe(against(codat))
        )
        assert.strictEqual((yield* Fiber.join(fiber)).status, "Deauthorized")
        assert.lengthOf(codat.asked, 3)
      }
    })
  )

  it.effect("waits as told by a schedule that sees the connection, and ends with it", () =>
    Effect.gen(function* () {
      const seen: Array<string | undefined> = []
      const schedule = Schedule.spaced("1 minute").pipe(
        Schedule.upTo({ times: 2 }),
        Schedule.setInputType<Connection.Connection>(),
        Schedule.tap(({ input }) => Effect.sync(() => seen.push(input.status)))
      )
      const codat = statuses("PendingAuth", "Unlinked", "Deauthorized")
      const fiber = yield* within(
        "2 minutes",
        Connections.awaitStatus({ ...one, schedule }).pipe(against(codat), errorOf)
      )
      const reason = reasonIs(yield* Fiber.join(fiber), "Timeout")
      assert.strictEqual(reason.bound, "await")
      assert.strictEqual(Duration.toSeconds(reason.duration), 120)
      assert.deepStrictEqual(seconds(codat), [0, 60, 120])
      assert.deepStrictEqual(seen.slice(0, 2), ["PendingAuth", "Unlinked"])
    })
  )

  it.effect("has no bound when the timeout is infinite", () =>
    Effect.gen(function* () {
      const codat = fake(({ at }) => (at < 7_200_000 ? pending : linked))
      const fiber = yield* within(
        "3 hours",
        Connections.awaitStatus({
          ...one,
          schedule: Schedule.spaced("1 hour"),
          timeout: Duration.infinity
        }).pipe(against(codat))
      )
      assert.strictEqual((yield* Fiber.join(fiber)).status, "Linked")
      assert.lengthOf(codat.asked, 3)
    })
  )

  it.effect("cuts a reading short at its timeout", () =>
    Effect.gen(function* () {
      const codat = script(stall)
      const fiber = yield* within(
        "5 seconds",
        Connections.awaitStatus({ ...one, timeout: "5 seconds" }).pipe(against(codat), errorOf)
      )
      assert.strictEqual(reasonIs(yield* Fiber.join(fiber), "Timeout").bound, "await")
      assert.isTrue(codat.asked[0]?.signal.aborted)
    })
  )

  it.effect("fails when the connection is deleted, and when a reading fails for good", () =>
    Effect.gen(function* () {
      for (const [status, tag] of [
        [404, "NotFound"],
        [401, "Unauthorized"],
        [500, "ServerError"]
      ] as const) {
        const codat = script(pending, failed(status))
        const fiber = yield* within("2 seconds", Connections.awaitStatus(one).pipe(against(codat), errorOf))
        reasonIs(yield* Fiber.join(fiber), tag)
        assert.lengthOf(codat.asked, 2)
      }
    })
  )

  it.effect("retries a reading by the policy in force", () =>
    Effect.gen(function* () {
      const codat = script(reset(), pending, failed(503), linked)
      const fiber = yield* within(
        "5 seconds",
        Connections.awaitStatus(one).pipe(against(codat, { maxAttempts: 2, baseDelay: 0 }), drawing(0.5))
      )
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seconds(codat), [0, 0, 1, 1])
    })
  )

  it.effect("stops asking when it is interrupted", () =>
    Effect.gen(function* () {
      const codat = statuses("PendingAuth")
      const fiber = yield* within(
        "3 seconds",
        Connections.awaitStatus(one).pipe(against(codat), drawing(0.5))
      )
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(codat.asked, 3)
    })
  )

  it.effect("checks its options when it is run, as other operations do", () =>
    Effect.gen(function* () {
      const codat = script(linked)
      const options: { timeout: string } = { timeout: "5 seconds" }
      // As a program in plain JavaScript changes them.
      const waiting = Connections.awaitStatus(Object.assign(options, one) as Connections.AwaitStatusOptions)
      options.timeout = "soon"
      const error = yield* waiting.pipe(against(codat), errorOf)
      assert.strictEqual(reasonIs(error, "InvalidRequest").field, "timeout")
      assert.lengthOf(codat.asked, 0)
    })
  )

  it.effect("refuses what cannot be waited for", () =>
    Effect.gen(function* () {
      // What JavaScript can hand over, whatever the types say.
      const notTyped = (value: unknown) => value as undefined
      const table: ReadonlyArray<readonly [string, Partial<Connections.AwaitStatusOptions>]> = [
        ["companyId", { companyId: ".." }],
        ["connectionId", { connectionId: "" }],
        ["until", { until: [] }],
        ["until", { until: notTyped("") }],
        ["until", { until: notTyped([7]) }],
        ["until", { until: notTyped(["Linked", ""]) }],
        ["until", { until: notTyped(["Linked", " "]) }],
        ["schedule", { schedule: notTyped("1 second") }],
        ["timeout", { timeout: 0 }],
        ["timeout", { timeout: notTyped("soon") }],
        ["timeout", { timeout: notTyped(null) }]
      ]
      for (const [field, options] of table) {
        const codat = script()
        const error = yield* Connections.awaitStatus({ ...one, ...options }).pipe(against(codat), errorOf)
        assert.strictEqual(error.operation, "Connections.awaitStatus")
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
        assert.lengthOf(codat.asked, 0)
      }
    })
  )

  it.effect("is one span around those of its readings", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        const fiber = yield* within(
          "2 seconds",
          Connections.awaitStatus(one).pipe(against(script(pending, linked)))
        )
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(
          spans.flatMap(({ kind, name }) => (kind === "client" ? [] : [name])),
          ["Connections.awaitStatus", "Connections.get", "Connections.get"]
        )
        assert.strictEqual(spans[0]?.attributes.get("codat.connection_id"), connectionId)
      })
    )
  )

  it.effect("sees the sandbox's user link", () =>
    Effect.gen(function* () {
      const { id } = yield* Connections.create({ companyId: Sandbox.companyId, platformKey: "gbol" })
      const ref = { companyId: Sandbox.companyId, connectionId: id }
      yield* Sandbox.clearRequests
      const fiber = yield* within("10 seconds", Connections.awaitStatus(ref).pipe(drawing(0.5)))
      yield* Sandbox.authorize(ref)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).status, "Linked")
      assert.lengthOf(yield* Sandbox.requests, 5)
    }).pipe(Effect.provide(Sandbox.layer({ connections: 1 })))
  )
})

describe("watch", () => {
  /** What a watch has told so far, and its fiber. */
  const watching = Effect.fnUntraced(function* (
    codat: Fake,
    options: Partial<Connections.WatchOptions> = {}
  ) {
    const told: Array<Connection.Connection> = []
    const fiber = yield* Connections.watch({ ...one, ...options }).pipe(
      Stream.runForEach((connection) => Effect.sync(() => told.push(connection))),
      against(codat),
      drawing(0.5),
      Effect.forkChild
    )
    return { told, fiber }
  })

  /** Answers by the second at which it is asked: the last reply whose time has come. */
  const timeline = (...replies: ReadonlyArray<readonly [second: number, reply: Reply]>) =>
    fake(({ at }) => replies.findLast(([second]) => at >= second * 1000)?.[1] ?? stall)

  it.effect("fails when a later reading is of another connection, and tells of no such change", () =>
    Effect.gen(function* () {
      const codat = timeline([0, ok(row(1))], [2, ok(row(1, { id: "C1" }))], [4, ok(row(2))])
      const { fiber, told } = yield* watching(codat)
      yield* TestClock.adjust("10 seconds")
      const reason = reasonIs(yield* errorOf(Fiber.join(fiber)), "InvalidResponse")
      assert.strictEqual(reason.path, "id")
      assert.notInclude(
        told.map(({ id }) => id),
        "c2"
      )
    })
  )

  it.effect("tells the state at once and then each change, each once", () =>
    Effect.gen(function* () {
      const codat = timeline(
        [0, pending],
        [4, linked],
        [20, ok(row(1, { lastSync: "2022-10-27T10:22:43.6464237Z" }))],
        [60, failed(404)]
      )
      const { fiber, told } = yield* watching(codat)
      yield* TestClock.adjust("2 minutes")
      assert.isUndefined(yield* Fiber.join(fiber))
      assert.deepStrictEqual(
        told.map(({ lastSync, status }) => [status, lastSync !== undefined]),
        [
          ["PendingAuth", false],
          ["Linked", false],
          ["Linked", true]
        ]
      )
      // Anew from one second after the changes seen at 7 and at 22.
      assert.deepStrictEqual(seconds(codat), [0, 1, 3, 7, 8, 10, 14, 22, 23, 25, 29, 37, 53, 85])
    })
  )

  it.effect("costs about 300 requests a day that brings nothing new", () =>
    Effect.gen(function* () {
      const codat = fake(() => linked)
      const { fiber, told } = yield* watching(codat)
      yield* TestClock.adjust("10 minutes")
      assert.lengthOf(codat.asked, 1 + 9)
      yield* TestClock.adjust("1430 minutes")
      assert.lengthOf(codat.asked, 296)
      assert.lengthOf(told, 1)
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("takes a new link for no change, and everything else for one", () =>
    Effect.gen(function* () {
      const codat = script(
        ok(row(1)),
        ok(row(1, { linkUrl: "https://link-api.codat.io/start?otp=1" })),
        ok(row(1, { connectionInfo: { a: { b: [1] } } })),
        ok(row(1, { connectionInfo: { a: { b: [1] } }, linkUrl: "https://link-api.codat.io/start?otp=2" })),
        ok(row(1, { connectionInfo: { a: { b: [2] } }, linkUrl: "https://link-api.codat.io/start?otp=3" })),
        ok(row(1, { connectionInfo: { a: { b: [2] } }, dataConnectionErrors: [{ statusCode: "401" }] })),
        failed(404)
      )
      const { fiber, told } = yield* watching(codat, { schedule: Schedule.spaced("1 second") })
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        told.map(({ connectionInfo, dataConnectionErrors, linkUrl }) => [
          connectionInfo,
          dataConnectionErrors?.length,
          Redacted.value(linkUrl).slice(-1)
        ]),
        [
          [undefined, undefined, "t"],
          [{ a: { b: [1] } }, undefined, "t"],
          [{ a: { b: [2] } }, undefined, "3"],
          [{ a: { b: [2] } }, 1, "t"]
        ]
      )
    })
  )

  it.effect("fails when there is no such connection to begin with", () =>
    Effect.gen(function* () {
      const error = yield* Stream.runDrain(Connections.watch(one)).pipe(against(script(failed(404))), errorOf)
      reasonIs(error, "NotFound")
    })
  )

  it.effect("fails when a reading fails for good, and keeps what it told", () =>
    Effect.gen(function* () {
      const { fiber, told } = yield* watching(script(linked, failed(500)))
      yield* TestClock.adjust("1 second")
      const error = yield* errorOf(Fiber.join(fiber))
      reasonIs(error, "ServerError")
      assert.lengthOf(told, 1)
    })
  )

  it.effect("ends with its schedule, which begins anew at each change", () =>
    Effect.gen(function* () {
      const codat = script(pending, pending, linked, linked, linked)
      const { fiber, told } = yield* watching(codat, {
        schedule: Schedule.spaced("1 minute").pipe(Schedule.upTo({ times: 2 }))
      })
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(fiber)
      assert.lengthOf(told, 2)
      assert.deepStrictEqual(seconds(codat), [0, 60, 120, 180, 240])
    })
  )

  it.effect("sends nothing before it is pulled, nor more than is pulled", () =>
    Effect.gen(function* () {
      const codat = script(linked)
      const changes = Connections.watch(one).pipe(Stream.take(1))
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(codat.asked, 0)
      yield* Stream.runDrain(changes).pipe(against(codat))
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(codat.asked, 1)
    })
  )

  it.effect("begins anew each time it is run", () =>
    Effect.gen(function* () {
      const changes = Connections.watch(one).pipe(Stream.take(1), Stream.runCollect)
      for (const status of ["PendingAuth", "Linked"]) {
        const told = yield* changes.pipe(against(script(ok(row(1, { status })))))
        assert.strictEqual(told[0]?.status, status)
      }
    })
  )

  it.effect("refuses bad options", () =>
    Effect.gen(function* () {
      for (const [field, options] of [
        ["connectionId", { connectionId: "." }],
        // What JavaScript can hand over, whatever the types say.
        ["schedule", { schedule: JSON.parse("{}") }]
      ] as const) {
        const error = yield* Stream.runDrain(Connections.watch({ ...one, ...options })).pipe(
          against(script()),
          errorOf
        )
        assert.strictEqual(error.operation, "Connections.watch")
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
      }
    })
  )

  it.effect("follows a connection of the sandbox to its end", () =>
    Effect.gen(function* () {
      const { id } = yield* Connections.create({ companyId: Sandbox.companyId, platformKey: "gbol" })
      const ref = { companyId: Sandbox.companyId, connectionId: id }
      const told: Array<string> = []
      const fiber = yield* within(
        "1 second",
        Connections.watch(ref).pipe(
          RetryPolicy.withPolicy(RetryPolicy.none),
          Stream.runForEach(({ lastSync, status }) =>
            Effect.sync(() => told.push(`${status}${lastSync === undefined ? "" : ", read"}`))
          )
        )
      )
      for (const step of [
        Sandbox.authorize(ref),
        Sandbox.deauthorize(ref),
        Sandbox.authorize(ref),
        Connections.unlink(ref),
        Connections.delete(ref)
      ]) {
        yield* step
        yield* TestClock.adjust("10 minutes")
      }
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(told, [
        "PendingAuth",
        "Linked",
        "Linked, read",
        "Deauthorized, read",
        "Linked, read",
        "Unlinked, read"
      ])
    }).pipe(Effect.provide(Sandbox.layer({ connections: 1 })))
  )
})
