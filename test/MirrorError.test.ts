import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as E from "effect-codat/MirrorError"

const reasons: ReadonlyArray<E.Reason> = [
  new E.TooManyMissing({ candidates: 12, maxMissing: 10 }),
  new E.IncompleteListing({ seen: 3, total: 4 }),
  new E.Superseded({ page: 7 }),
  new E.Superseded({}),
  new E.CursorExpired({ after: 5, oldest: 9 })
]

describe("MirrorError", () => {
  it("names the account and the reason, which is its cause", () => {
    for (const reason of reasons) {
      const error = new E.MirrorError({ account: "harbour", reason })
      assert.strictEqual(error.message, `the mirror of harbour: ${reason._tag}: ${reason.message}`)
      assert.strictEqual(error.cause, reason)
      assert.notInclude(Object.keys(error), "cause")
      assert.isTrue(E.isMirrorError(error))
    }
  })

  it.effect("is the same after JSON", () =>
    Effect.gen(function* () {
      const codec = Schema.fromJsonString(E.MirrorError)
      for (const reason of reasons) {
        const error = new E.MirrorError({ account: "harbour", reason })
        const back = yield* Schema.decodeEffect(codec)(yield* Schema.encodeEffect(codec)(error))
        assert.strictEqual(back.message, error.message)
        assert.deepStrictEqual(back.reason, reason)
      }
    })
  )
})
