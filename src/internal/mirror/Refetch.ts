/**
 * Reads single companies by their ids: those that events marked, and those that a listing did not show.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import {
  type CodatError,
  type InvalidRequest,
  type InvalidResponse,
  isCodatError,
  type NotFound,
  type Reason
} from "../../CodatError.ts"
import * as Apply from "./Apply.ts"
import * as Faults from "./Faults.ts"
import * as Reader from "./Reader.ts"
import * as Rows from "./Rows.ts"
import type { Store } from "./Store.ts"

export interface Options {
  readonly concurrency: number
  readonly reserve: number
}

/** The result of reading companies by their ids. */
export interface Outcome {
  readonly read: number
  readonly removed: number
  readonly invalid: number
  readonly changes: number
}

/** Is called in the transaction that writes a company, so that its counts are right also after a failure. */
export type OnWritten = (counts: Pick<Outcome, "removed" | "changes">) => Effect.Effect<unknown, SqlError>

type One = "read" | "removed" | "invalid" | "absent"

/** Reads each of the companies. When one of them fails, the others are still read, and the first failure is returned. */
export const refetch = Effect.fnUntraced(function* <R>(
  store: Store,
  reader: Reader.Reader<R>,
  ids: ReadonlyArray<string>,
  options: Options,
  onWritten: OnWritten = () => Effect.void
): Effect.fn.Return<Outcome, CodatError | SqlError, R> {
  const outcomes = yield* Effect.forEach(
    ids,
    (id) =>
      resultIf(
        one(store, reader, id, options.reserve, onWritten),
        (error): error is CodatError => isCodatError(error) && !failsForAll(error)
      ),
    { concurrency: options.concurrency }
  )
  const total = { read: 0, removed: 0, invalid: 0, changes: 0 }
  for (const outcome of outcomes) {
    if (Result.isFailure(outcome)) return yield* Effect.fail(outcome.failure)
    const { changes, what } = outcome.success
    total.changes += changes
    if (what !== "absent") total[what] += 1
  }
  return total
})

/** As `Effect.result`, for some failures. */
const resultIf = <A, E, R, E2 extends E>(
  self: Effect.Effect<A, E, R>,
  refinement: (error: E) => error is E2
): Effect.Effect<Result.Result<A, E2>, E, R> =>
  Effect.matchEffect(self, {
    onSuccess: (value) => Effect.succeed<Result.Result<A, E2>>(Result.succeed(value)),
    onFailure: (error) =>
      refinement(error) ? Effect.succeed<Result.Result<A, E2>>(Result.fail(error)) : Effect.fail(error)
  })

/** Failures that every other company would have as well. */
const failsForAll = ({ reason }: CodatError): boolean =>
  reason._tag === "Unauthorized" || reason._tag === "InvalidRequest"

const one = Effect.fnUntraced(function* <R>(
  store: Store,
  reader: Reader.Reader<R>,
  id: string,
  reserve: number,
  onWritten: OnWritten
): Effect.fn.Return<{ readonly what: One; readonly changes: number }, CodatError | SqlError, R> {
  const [seq, answer] = yield* Reader.withinQuota(
    reader,
    reserve,
    Effect.flatMap(store.next, (seq) =>
      Effect.map(answerOf(reader.company(id)), (result) => [seq, result] as const)
    )
  )
  return yield* store.write((transaction) =>
    Effect.gen(function* () {
      let what: One = "read"
      if (Result.isSuccess(answer) && answer.success.id.toLowerCase() !== id.toLowerCase()) {
        // A cache or a proxy returned the answer to another request, which says nothing about this company.
        what = "invalid"
        const message = "Expected the company that was asked for"
        const fault = Faults.make({ companyId: id, kind: "company", path: "id", message })
        yield* Apply.found(store, transaction, { seq, companies: [], faults: [fault] })
      } else if (Result.isSuccess(answer)) {
        const company = Rows.companyRow(answer.success)
        const faults = Faults.ofIds(answer.success)
        yield* Apply.found(store, transaction, { seq, companies: [company], faults })
        // The id differed from Codat's in case only: the row has the id that Codat returns.
        if (company.id !== id) yield* Apply.notFound(store, transaction, seq, id)
      } else if (answer.failure._tag === "NotFound") {
        what = (yield* Apply.notFound(store, transaction, seq, id)) ? "removed" : "absent"
      } else {
        what = "invalid"
        const [path, message] =
          answer.failure._tag === "InvalidRequest"
            ? ["id", `Expected ${answer.failure.rule}`]
            : [answer.failure.path, answer.failure.expected]
        const fault = Faults.make({ companyId: id, kind: "company", path, message })
        yield* Apply.found(store, transaction, { seq, companies: [], faults: [fault] })
      }
      const changes = transaction.changes.length
      if (changes > 0) yield* onWritten({ removed: what === "removed" ? 1 : 0, changes })
      return { what, changes }
    })
  )
})

/** The failures that say something about this company only. */
type AboutCompany = NotFound | InvalidResponse | InvalidRequest

const isAboutCompany = (reason: Reason): reason is AboutCompany => {
  switch (reason._tag) {
    case "NotFound":
      // A 404 without Codat's fields is from a proxy or a gateway.
      return reason.correlationId !== undefined || reason.service !== undefined
    case "InvalidResponse":
      // An empty path: the body is not a company at all.
      return reason.path !== ""
    case "InvalidRequest":
      // The id cannot be part of a URL, such as one with a space.
      return reason.field === "companyId"
    default:
      return false
  }
}

const answerOf = <A, R>(
  company: Effect.Effect<A, CodatError, R>
): Effect.Effect<Result.Result<A, AboutCompany>, CodatError, R> =>
  Effect.matchEffect(company, {
    onSuccess: (value) => Effect.succeed(Result.succeed(value)),
    onFailure: (error) =>
      isAboutCompany(error.reason) ? Effect.succeed(Result.fail(error.reason)) : Effect.fail(error)
  })
