/**
 * Calls that tests make of the library, over whichever transport `Fake` gives them.
 */
import { Effect, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { type Auth, type CodatError, Connections } from "effect-codat"
import { against, companyId, connectionId, errorOf, type Fake, failed } from "./Fake.ts"

/** Any call. */
export type Call = Effect.Effect<unknown, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth>

const one = { companyId, connectionId }

/** An operation of each method. */
export const operations = {
  GET: Connections.get(one),
  PUT: Connections.updateAuthorization({ ...one, credentials: { user: "someone" } }),
  DELETE: Connections.delete(one),
  POST: Connections.create({ companyId, platformKey: "gbol" }),
  PATCH: Connections.unlink(one)
}

/** Codat's answer while the first request under a key is being worked on. */
export const inProgress = failed(409, { error: "A request with this idempotency key is still in progress" })

/** The ids that a company of so many connections has, from one of them on. */
export const ids = (total: number, from = 0) =>
  Array.from({ length: total - from }, (_, index) => `c${from + index}`)

/** The ids that a whole list gives. */
export const collect = (transport: Fake, options: Partial<Connections.ListOptions> = {}) =>
  Stream.runCollect(Connections.list({ companyId, ...options })).pipe(
    Effect.map((all) => all.map(({ id }) => id)),
    against(transport)
  )

/** What a stream gave before it failed, and how. */
export const untilFailure = Effect.fnUntraced(function* (
  transport: Fake,
  options: Partial<Connections.ListOptions> = {}
) {
  const seen: Array<string> = []
  const error = yield* Connections.list({ companyId, ...options }).pipe(
    Stream.runForEach(({ id }) => Effect.sync(() => seen.push(id))),
    against(transport),
    errorOf
  )
  return { seen, error }
})
