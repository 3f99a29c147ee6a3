/**
 * The same seed makes the same sandbox, in every version: programs have its ids in their own tests. A change of these
 * hashes is a change that users see, and belongs into the changelog.
 */
import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Connections, Sandbox } from "effect-codat"

const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16)

describe("a seed", () => {
  it.effect.each([
    [1, "6831389089790a16", "0c060ce082689f7c"],
    ["a text", "6d128359acb57760", "0de639ce9118f010"]
  ] as const)("makes the sandbox that it has always made: %s", ([seed, made, later]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const hashes = yield* Effect.gen(function* () {
        const made = hashOf(yield* Sandbox.state)
        yield* Sandbox.makeCompany({ connections: 3 })
        yield* Connections.create({ companyId: Sandbox.companyId, platformKey: "gbol" })
        yield* Sandbox.advance("1 hour")
        return [made, hashOf(yield* Sandbox.state)]
      }).pipe(Effect.provide(Sandbox.layer({ seed, connections: 20, companies: 3 })))
      assert.deepStrictEqual(hashes, [made, later])
    })
  )
})
