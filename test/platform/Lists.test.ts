/**
 * Lists that come whole, in one answer: an answer without the list is not an empty one.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ApiKeys, Client, WebhookConsumers } from "effect-codat"
import type { Call } from "../support/calls.ts"
import { against, errorOf, fake, ok, reasonIs } from "../support/Fake.ts"

const lists: ReadonlyArray<readonly [string, Call]> = [
  ["ApiKeys.list", ApiKeys.list()],
  ["WebhookConsumers.list", WebhookConsumers.list()],
  ["Client.corsOrigins", Client.corsOrigins()]
]

const bodies = [{}, { statusCode: 503, error: "upstream" }, { results: null, allowedOrigins: null }]

describe("an answer without the list is no empty list", () => {
  for (const [name, list] of lists) {
    it.effect(name, () =>
      Effect.gen(function* () {
        for (const body of bodies) {
          const error = yield* list.pipe(against(fake(() => ok(body))), errorOf)
          assert.include(
            reasonIs(error, "InvalidResponse").path,
            name === "Client.corsOrigins" ? "allowed" : "results"
          )
        }
        const empty = yield* list.pipe(against(fake(() => ok({ results: [], allowedOrigins: [] }))))
        assert.deepStrictEqual(empty, [])
      })
    )
  }
})
