import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Changes from "../../src/internal/sandbox/Changes.ts"
import type { SandboxState } from "../../src/internal/sandbox/SandboxState.ts"
import * as Store from "../../src/internal/sandbox/server/Store.ts"

describe("a sandbox's state", () => {
  it.effect("is saved with a change that is made between reading and saving it", () =>
    Effect.gen(function* () {
      const changes = Changes.make()
      const saved: Array<number | undefined> = []
      let offset = 1
      const state = Effect.suspend(() => {
        const taken: SandboxState = { version: 1, companies: [], clockOffset: offset }
        if (offset === 1) {
          offset = 2
          changes.made()
        }
        return Effect.succeed(taken)
      })
      const store: Store.StateStore = {
        initial: undefined,
        save: ({ clockOffset }) => Effect.sync(() => void saved.push(clockOffset))
      }
      const scope = yield* Scope.make()
      yield* Store.keep(store, state, changes).pipe(Scope.provide(scope))
      changes.made()
      yield* TestClock.adjust("1 second")
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(saved, [1, 2])
    })
  )
})
