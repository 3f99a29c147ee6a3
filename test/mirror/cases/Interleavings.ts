/**
 * A property test: after any sequence of steps, the tables equal Codat's data once all events have been delivered, and
 * also after one walk that starts after the last step.
 */
import { assert, it, vi } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { type Auth, Companies, Connections, RetryPolicy, Sandbox } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import * as fc from "fast-check"
import type { TestContext } from "vitest"
import type { Database } from "../databases.ts"
import { assertEqual, assertReplays, companyEvent } from "../fixture.ts"
import { served } from "../served.ts"

// Each run sends hundreds of requests over HTTP.
vi.setConfig({ testTimeout: 240_000 })

type Step =
  | {
      readonly do: "make" | "delete" | "link" | "deauthorize" | "unlink" | "disconnect" | "rename"
      readonly at: number
    }
  /** Delivers any of the events so far, possibly again. */
  | { readonly do: "deliver"; readonly at: number }
  | { readonly do: "heal" | "walk" | "kill" | "wait" | "fail"; readonly at: number }

const at = fc.nat({ max: 1000 })

const changing: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("make", "delete", "link", "deauthorize", "unlink", "disconnect", "rename"),
  at
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: changing },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("deliver"), at }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("heal", "walk", "kill", "wait", "fail"), at }) }
)

const hasty = RetryPolicy.layer(
  RetryPolicy.make({ maxAttempts: 3, baseDelay: "1 millis", maxDelay: "2 millis" })
)

const overHttp = Layer.merge(served({ companies: 24, connections: 2 }), hasty)

/** The item of a list that a number selects. */
const pick = <A>(items: ReadonlyArray<A>, at: number): A | undefined => items[at % Math.max(1, items.length)]

/**
 * Changes a company and returns its id. A change that the state does not allow has no effect. A change whose answer is
 * lost may have happened.
 */
const change = (step: Step) =>
  Effect.gen(function* () {
    if (step.do === "make") return (yield* Effect.orDie(Sandbox.makeCompany({ connections: step.at % 3 }))).id
    const company = pick(yield* Sandbox.companies, step.at)
    if (company !== undefined) yield* Effect.ignore(changeOf(step, company.id))
    return company?.id
  })

const changeOf = Effect.fnUntraced(function* (step: Step, companyId: string) {
  if (step.do === "delete") return yield* Companies.delete({ companyId })
  if (step.do === "rename") return yield* Companies.update({ companyId, name: `Name ${step.at}` })
  if (step.do === "link") return yield* Connections.create({ companyId, platformKey: "gbol" })
  const connection = pick(yield* Sandbox.connections(companyId), step.at)
  if (connection === undefined) return
  const ref = { companyId, connectionId: connection.id }
  if (step.do === "deauthorize") return yield* Sandbox.deauthorize(ref)
  if (step.do === "unlink") return yield* Connections.unlink(ref)
  yield* Connections.delete(ref)
})

type Services = HttpClient.HttpClient | Auth.Auth | Sandbox.Sandbox | SqlClient.SqlClient

const options = { pageSize: 5, concurrency: 3, maxMissing: 1000 }

/** Stands for a process with the same tables, which ends with the scope. */
const process = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const context = yield* Layer.build(Layer.fresh(Mirror.layer(options))).pipe(
    Effect.provideService(SqlClient.SqlClient, sql)
  )
  return yield* Effect.provideContext(Mirror.Mirror, context)
})

const play = (
  steps: ReadonlyArray<Step>,
  quiet: ReadonlyArray<Step>
): Effect.Effect<void, unknown, Services> =>
  Effect.scoped(
    Effect.gen(function* () {
      const mirrors = [yield* process, yield* process]
      const events: Array<readonly [id: string, companyId: string]> = []
      yield* mirrors[0]?.reconcile ?? Effect.void
      const fibers: Array<Fiber.Fiber<unknown, unknown>> = []
      for (const [index, step] of steps.entries()) {
        const mirror = pick(mirrors, step.at)
        if (mirror === undefined) continue
        switch (step.do) {
          case "deliver": {
            const event = pick(events, step.at)
            if (event !== undefined) yield* mirror.apply(companyEvent(...event))
            break
          }
          case "heal":
            fibers.push(yield* Effect.forkChild(Effect.ignore(mirror.heal)))
            break
          case "walk":
            fibers.push(yield* Effect.forkChild(Effect.ignore(mirror.reconcile)))
            break
          case "kill": {
            const fiber = pick(fibers, step.at)
            if (fiber !== undefined) yield* Fiber.interrupt(fiber)
            break
          }
          case "wait":
            yield* Effect.sleep(Duration.millis(step.at % 10))
            break
          case "fail":
            yield* Sandbox.fail(
              step.at % 3 === 0
                ? { kind: "reset", times: 1 + (step.at % 5) }
                : step.at % 3 === 1
                  ? { status: 503, times: 1 + (step.at % 5) }
                  : { kind: "truncated", times: 1 + (step.at % 5) }
            )
            break
          default: {
            const companyId = yield* change(step)
            if (companyId !== undefined) events.push([`msg_${index}`, companyId])
          }
        }
      }
      yield* Effect.forEach(fibers, Fiber.await, { discard: true })
      yield* Sandbox.clearFaults
      const [mirror] = mirrors
      if (mirror === undefined) return
      // When all events have been delivered, healing alone makes the tables equal, so no row went backwards.
      yield* Effect.forEach(events, (event) => mirror.apply(companyEvent(...event)), { discard: true })
      yield* mirror.heal
      assert.strictEqual((yield* mirror.status).dirtyCompanies, 0)
      yield* assertEqual
      // Then a new walk changes nothing. A resumed one may, because its first pages are older.
      const { cursor } = yield* mirror.status
      if ((yield* mirror.reconcile).resumed) yield* mirror.reconcile
      assert.strictEqual((yield* mirror.status).cursor, cursor)
      // Without any event, a walk alone makes the tables equal.
      for (const step of quiet) yield* change(step)
      yield* mirror.reconcile
      yield* assertEqual
      yield* Effect.provideService(assertReplays, Mirror.Mirror, mirror)
    })
  )

const property = (database: Database, context: TestContext, numRuns: number) =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60, size: "max" }),
        fc.array(changing),
        (steps, quiet) =>
          play(steps, quiet).pipe(
            Effect.provide(Layer.fresh(Mirror.layerMigrations)),
            Effect.provide([Layer.fresh(database.layer(context)), Layer.fresh(overHttp)]),
            Effect.runPromise
          )
      ),
      { numRuns, endOnFailure: true }
    )
  )

/** Runs this many random sequences. */
export const interleavings =
  (numRuns: number) =>
  (database: Database): void => {
    it.live(
      "any interleaving of reads, events, deletions, moved pages, faults and kills ends equal",
      (context) => property(database, context, numRuns)
    )
  }
