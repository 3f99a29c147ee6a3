/**
 * Lists that change while they are read: rows come, go and change between one page and the next.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { type CodatError, Connections } from "effect-codat"
import * as fc from "fast-check"
import { companyId, fake, ok, pageAsked, row } from "../support/Fake.ts"

/** What happens to the list before a request is answered. */
type Change =
  | { readonly kind: "none" }
  /** Rows leave, from a place on that is a part of the whole. */
  | { readonly kind: "leave"; readonly at: number; readonly count: number }
  /** Rows come: at the end of an ascending list, at the beginning of a descending one. */
  | { readonly kind: "come"; readonly count: number }
  /** One row takes another place, as in a list that is ordered by a property that changes. The total stays. */
  | { readonly kind: "move"; readonly from: number; readonly to: number }

/** A list like Codat's, which is changed before each request as the script says. */
const changing = (options: {
  readonly total: number
  readonly size: number
  readonly descending: boolean
  readonly links: boolean
  readonly changes: ReadonlyArray<Change>
}) => {
  let rows = Array.from({ length: options.total }, (_, index) => index)
  let newest = options.total
  let request = 0
  const left = new Set<number>()
  const arrived = new Set<number>()
  const transport = fake((asked) => {
    const change = request === 0 ? undefined : options.changes[request - 1]
    request++
    if (change?.kind === "leave") {
      const first = Math.floor(change.at * rows.length)
      for (const gone of rows.splice(first, change.count)) left.add(gone)
    } else if (change?.kind === "come") {
      const fresh = Array.from({ length: change.count }, () => newest++)
      for (const one of fresh) arrived.add(one)
      rows = options.descending ? [...fresh.reverse(), ...rows] : [...rows, ...fresh]
    } else if (change?.kind === "move") {
      const moved = rows.splice(Math.floor(change.from * rows.length), 1)
      rows.splice(Math.floor(change.to * rows.length), 0, ...moved)
    }
    const page = pageAsked(asked)
    const results = rows.slice((page - 1) * options.size, page * options.size).map((index) => row(index))
    const href = (number: number) => ({ href: `/?page=${number}&pageSize=${options.size}` })
    return ok({
      results,
      pageNumber: page,
      pageSize: options.size,
      totalResults: rows.length,
      ...(options.links
        ? {
            _links: {
              self: href(page),
              ...(page * options.size < rows.length ? { next: href(page + 1) } : undefined)
            }
          }
        : undefined)
    })
  })
  return { transport, left, arrived }
}

const run = (server: ReturnType<typeof changing>, options: Omit<Connections.ListOptions, "companyId">) =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    const exit = yield* Connections.list({ companyId, ...options }).pipe(
      Stream.runForEach(({ id }) => Effect.sync(() => seen.push(id))),
      Effect.exit,
      Effect.provide(server.transport.layer)
    )
    return { seen, exit }
  })

const reasonOf = (exit: Exit.Exit<void, CodatError.CodatError>) =>
  Exit.match(exit, {
    onSuccess: () => undefined,
    onFailure: (cause) => {
      const failure = cause.reasons.find((reason) => reason._tag === "Fail")
      return failure?._tag === "Fail" ? failure.error.reason : undefined
    }
  })

/** A place in a list, as a part of its length. */
const part = fc.double({ min: 0, max: 0.999, noNaN: true })

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Change>({ kind: "none" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("leave" as const),
      at: part,
      count: fc.integer({ min: 1, max: 40 })
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("come" as const), count: fc.integer({ min: 1, max: 40 }) })
  }
)

const move = fc.record({ kind: fc.constant("move" as const), from: part, to: part })

describe("a list that changes while it is read", () => {
  it("never gives a row twice that has moved to a later page, which totals cannot show", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          total: fc.integer({ min: 60, max: 150 }),
          size: fc.integer({ min: 10, max: 30 }),
          links: fc.boolean(),
          concurrency: fc.constantFrom(1, 2, 5),
          changes: fc.array(move, { minLength: 1, maxLength: 15 })
        }),
        async ({ changes, concurrency, ...options }) => {
          const server = changing({ ...options, descending: false, changes })
          const { exit, seen } = await Effect.runPromise(run(server, { pageSize: options.size, concurrency }))
          assert.strictEqual(new Set(seen).size, seen.length)
          assert.isUndefined(reasonOf(exit))
        }
      ),
      { numRuns: 100 }
    ))

  it("never gives a row twice, and never ends well without a row that was there all along", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          total: fc.integer({ min: 0, max: 150 }),
          size: fc.integer({ min: 3, max: 30 }),
          descending: fc.boolean(),
          links: fc.boolean(),
          concurrency: fc.constantFrom(1, 2, 5),
          // One kind of change between two pages: what comes and goes at once is what totals cannot show.
          changes: fc.array(change, { maxLength: 40 })
        }),
        async ({ changes, concurrency, ...options }) => {
          const server = changing({ ...options, changes })
          const { exit, seen } = await Effect.runPromise(run(server, { pageSize: options.size, concurrency }))
          assert.strictEqual(new Set(seen).size, seen.length, "no row twice")
          assert.isUndefined(reasonOf(exit), "no more changed than can be made up for")
          const given = new Set(seen)
          for (let index = 0; index < options.total; index++) {
            assert.isTrue(given.has(`c${index}`) || server.left.has(index), `row ${index} is missing`)
          }
        }
      ),
      { numRuns: 100 }
    ))
})
