/**
 * Lists all companies, or mirrors them, and says what that took: `mirror-run.ts <listing | sqlite | pg> <url> <database>`.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Auth from "effect-codat/Auth"
import * as CodatConfig from "effect-codat/CodatConfig"
import * as Companies from "effect-codat/Companies"
import * as Mirror from "effect-codat/Mirror"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"
import { authHeader, uuid } from "./fixture.ts"

const [what, url = "", database = ""] = process.argv.slice(2)
const pageSize = 1000
const concurrency = 2

let most = 0
const sampling = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss)
}, 50)

const codat = Layer.mergeAll(
  Auth.layerAuthHeader({ authHeader: Redacted.make(authHeader) }),
  CodatConfig.layer({ baseUrl: url }),
  FetchHttpClient.layer
)

const seconds = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = performance.now()
    yield* effect
    return (performance.now() - start) / 1000
  })

const listing = seconds(Stream.runDrain(Companies.pages({ pageSize, concurrency, orderBy: "created" })))

const change = (percent: number, version: number) =>
  Effect.promise(() =>
    fetch(`${url}/change?percent=${percent}&version=${version}`).then((answer) => answer.text())
  )

const mirroring = Effect.gen(function* () {
  const mirror = yield* Mirror.Mirror
  const first = yield* seconds(mirror.reconcile)
  const mostFirst = most
  const same = yield* seconds(mirror.reconcile)
  yield* change(1, 1)
  const one = yield* seconds(mirror.reconcile)
  yield* change(10, 2)
  const ten = yield* seconds(mirror.reconcile)
  const ids = Array.from({ length: 2000 }, (_, index) => index)
  const events = yield* seconds(
    Effect.forEach(
      ids,
      (index) =>
        mirror.apply({
          _tag: "Company",
          id: `msg_${index}`,
          timestamp: DateTime.makeUnsafe(0),
          eventType: "company.created",
          payload: { id: uuid(index) }
        }),
      { concurrency: 8, discard: true }
    )
  )
  const heal = yield* seconds(mirror.heal)
  return { first, same, one, ten, mostFirst, events: ids.length / events, heals: ids.length / heal }
}).pipe(
  Effect.provide(
    Mirror.layer({ pageSize, concurrency }).pipe(
      Layer.provide(Mirror.layerMigrations),
      Layer.provide(
        what === "pg"
          ? PgClient.layer({ url: Redacted.make(database) })
          : MirrorSqlite.layer({ filename: database })
      )
    )
  )
)

// A mirror lists four times, so the memory beside it is that of four listings.
const listings = Effect.gen(function* () {
  const first = yield* listing
  yield* Effect.repeat(listing, { times: 2 })
  return { first }
})

const took = await Effect.runPromise(Effect.provide(what === "listing" ? listings : mirroring, codat))
clearInterval(sampling)
console.log(JSON.stringify({ ...took, most }))
process.exit(0)
