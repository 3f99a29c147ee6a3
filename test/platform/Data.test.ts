import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Data, PullOperation } from "effect-codat"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  failed,
  fake,
  ok,
  reasonIs,
  script,
  timed,
  watched
} from "../support/Fake.ts"

const read = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  companyId,
  connectionId,
  dataType: id,
  status: "Queued",
  requested: "2022-10-27T09:53:29Z",
  progress: 0,
  isCompleted: false,
  isErrored: false,
  ...more
})

const complete = { status: "Complete", progress: 100, isCompleted: true, completed: "2022-10-27T09:54:29Z" }
const broken = { status: "FetchError", isErrored: true, errorMessage: "The platform is away." }

/** Codat with a read for each data type, named as the type, which ends at so many milliseconds. */
const codat = (ends: Readonly<Record<string, { readonly at: number; readonly how: object }>>) =>
  fake(({ at, url }) => {
    const id = url.pathname.split("/").at(-1) ?? ""
    const end = ends[id]
    return ok(read(id, end !== undefined && at >= end.at ? { ...end.how } : {}))
  })

const steady = { schedule: Schedule.spaced("1 second") }

describe("awaitRefresh", () => {
  it.effect("waits until each read has ended, and tells those that failed from the others", () =>
    Effect.gen(function* () {
      const transport = codat({
        invoices: { at: 3000, how: complete },
        bills: { at: 1000, how: broken },
        journals: { at: 0, how: { status: "NotSupported" } }
      })
      const dataTypes = ["invoices", "bills", "journals"] as const
      const { at, result } = yield* timed(
        transport,
        {},
        Data.awaitRefresh({ companyId, connectionId, dataTypes, ...steady })
      )
      const refreshed = Result.getOrThrow(result)
      assert.deepStrictEqual(
        refreshed.completed.map(({ dataType }) => dataType),
        ["invoices"]
      )
      assert.deepStrictEqual(
        refreshed.failed.map(({ errorMessage, status }) => [status, errorMessage]),
        [
          ["FetchError", "The platform is away."],
          ["NotSupported", undefined]
        ]
      )
      assert.deepStrictEqual(
        transport.asked.map(({ method, url }) => `${method} ${url.pathname.split("/").slice(3).join("/")}`),
        [
          "POST data/queue/invoices",
          "POST data/queue/bills",
          "POST data/queue/journals",
          "GET data/history/invoices",
          "GET data/history/bills",
          "GET data/history/invoices",
          "GET data/history/bills",
          "GET data/history/invoices",
          "GET data/history/invoices"
        ]
      )
      assert.deepStrictEqual(at, [0, 0, 0, 0, 0, 1000, 1000, 2000, 3000])
      assert.isTrue(
        transport.asked.slice(0, 3).every(({ url }) => url.searchParams.get("connectionId") === connectionId)
      )
    })
  )

  it.effect("is one span, about the company and the connection", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        const transport = codat({ invoices: { at: 0, how: complete } })
        yield* timed(transport, {}, Data.awaitRefresh({ companyId, connectionId, dataTypes: ["invoices"] }))
        yield* timed(transport, {}, Data.awaitRefresh({ companyId, dataTypes: ["invoices"] }))
        const attributes = spans.flatMap(({ attributes, name }) =>
          name === "Data.awaitRefresh" ? [Object.fromEntries(attributes)] : []
        )
        assert.deepStrictEqual(attributes, [
          { "codat.company_id": companyId, "codat.connection_id": connectionId },
          { "codat.company_id": companyId }
        ])
      })
    )
  )

  it.effect("fails with a Timeout when it takes too long", () =>
    Effect.gen(function* () {
      const transport = codat({})
      const waiting = Data.awaitRefresh({ companyId, dataTypes: ["invoices"], timeout: "1 minute" })
      const { error } = yield* timed(transport, {}, waiting)
      const reason = reasonIs(error, "Timeout")
      assert.deepStrictEqual([reason.bound, reason.last], ["await", "invoices Queued"])
      assert.strictEqual(error?.operation, "Data.awaitRefresh")
    })
  )

  it.effect("fails with a Timeout when the schedule ends", () =>
    Effect.gen(function* () {
      const schedule = Schedule.spaced("1 second").pipe(Schedule.upTo({ times: 2 }))
      const { at, error } = yield* timed(
        codat({}),
        {},
        Data.awaitRefresh({ companyId, dataTypes: ["invoices"], schedule })
      )
      assert.strictEqual(reasonIs(error, "Timeout").bound, "await")
      assert.deepStrictEqual(at, [0, 0, 1000, 2000])
    })
  )

  it.effect("fails as a refresh does that cannot be begun", () =>
    Effect.gen(function* () {
      const error = yield* Data.awaitRefresh({ companyId, dataTypes: ["invoices"] }).pipe(
        against(script(failed(400))),
        errorOf
      )
      assert.strictEqual(error.operation, "Data.refresh")
      reasonIs(error, "BadRequest")
    })
  )

  it.effect("fails when an answer is about another read, and does not go on with that one", () =>
    Effect.gen(function* () {
      const read = (id: string, how: object) =>
        ok({
          id,
          companyId,
          connectionId,
          dataType: "invoices",
          requested: "2022-10-27T09:53:29Z",
          progress: 0,
          isCompleted: false,
          isErrored: false,
          ...how
        })
      const transport = fake((_, index) =>
        index === 0
          ? read("mine", { status: "Queued" })
          : read("other", { companyId: connectionId, status: "Complete", isCompleted: true })
      )
      const { result } = yield* timed(
        transport,
        {},
        Data.awaitRefresh({ companyId, dataTypes: ["invoices"], ...steady })
      )
      const error = Result.getOrThrow(Result.flip(result))
      assert.strictEqual(error.operation, "Data.awaitRefresh")
      assert.strictEqual(reasonIs(error, "InvalidResponse").path, "id")
      assert.strictEqual(transport.asked.length, 2)
    })
  )

  it.effect("refuses what cannot be waited for", () =>
    Effect.gen(function* () {
      const table = [
        ["dataTypes", { companyId, dataTypes: [] }],
        ["dataTypes[1]", { companyId, dataTypes: ["invoices", "Bills"] }],
        ["timeout", { companyId, dataTypes: ["invoices"], timeout: 0 }],
        ["dataType", { companyId, dataTypes: ["invoices"], dataType: "invoices" }]
      ] as const
      for (const [field, options] of table) {
        // Programs in plain JavaScript hand over anything.
        const error = yield* Data.awaitRefresh(options as Data.AwaitRefreshOptions).pipe(
          against(script()),
          errorOf
        )
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
      }
    })
  )

  it.effect("stops asking when nobody waits any more", () =>
    Effect.gen(function* () {
      const transport = codat({})
      const fiber = yield* Data.awaitRefresh({ companyId, dataTypes: ["invoices"], ...steady }).pipe(
        against(transport),
        Effect.forkChild
      )
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.interrupt(fiber)
      const { length } = transport.asked
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(transport.asked.length, length)
    })
  )
})

describe("history", () => {
  it.effect("goes from page to page and can be gone on with", () =>
    Effect.gen(function* () {
      const pages = (total: number) =>
        fake(({ url }) => {
          const page = Number(url.searchParams.get("page"))
          const results = Array.from({ length: Math.min(2, total - (page - 1) * 2) }, (_, index) =>
            read(`r${(page - 1) * 2 + index}`)
          )
          return ok({ results, pageNumber: page, pageSize: 2, totalResults: total })
        })
      const all = yield* Stream.runCollect(Data.history({ companyId, pageSize: 2 })).pipe(against(pages(5)))
      assert.deepStrictEqual(
        all.map(({ id }) => id),
        ["r0", "r1", "r2", "r3", "r4"]
      )
      const rest = yield* Stream.runCollect(
        Data.historyPages({ companyId, pageSize: 2, startPage: 2, concurrency: 2 })
      ).pipe(against(pages(5)))
      assert.deepStrictEqual(
        rest.map(({ pageNumber, results }) => [pageNumber, results.length]),
        [
          [2, 2],
          [3, 1]
        ]
      )
    })
  )

  it.effect("leaves out what cannot be decoded when asked to", () =>
    Effect.gen(function* () {
      const body = { results: [read("a"), { id: "b" }], pageNumber: 1, pageSize: 100, totalResults: 2 }
      const strict = yield* Stream.runCollect(Data.history({ companyId })).pipe(
        against(script(ok(body))),
        errorOf
      )
      assert.match(reasonIs(strict, "InvalidResponse").path, /^results\[1\]/)
      const lenient = yield* Stream.runCollect(Data.history({ companyId, invalid: "skip" })).pipe(
        against(script(ok(body)))
      )
      assert.deepStrictEqual(
        lenient.map(({ id }) => id),
        ["a"]
      )
    })
  )
})

describe("a read", () => {
  it("has ended by what Codat says, or by its status", () => {
    const operation = (more: object) =>
      ({ ...read("invoices"), ...more }) as never as PullOperation.PullOperation
    const ended = [
      "Complete",
      "Cancelled",
      "NotSupported",
      "PrerequisiteNotMet",
      "FetchError",
      "ANewError"
    ].map((status) => operation({ status }))
    assert.isTrue(ended.every(PullOperation.hasEnded))
    assert.deepStrictEqual(ended.map(PullOperation.hasFailed), [false, true, true, true, true, true])
    const going = ["Initial", "Queued", "Fetching", "Validating", "ANewOne"].map((status) =>
      operation({ status })
    )
    assert.isFalse(going.some(PullOperation.hasEnded))
    assert.isFalse(going.some(PullOperation.hasFailed))
    assert.isTrue(PullOperation.hasEnded(operation({ isErrored: true })))
    assert.isTrue(PullOperation.hasFailed(operation({ isErrored: true })))
  })
})
