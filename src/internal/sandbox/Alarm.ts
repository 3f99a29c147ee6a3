/**
 * Ends reads of data at their time.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { Reads } from "./Reads.ts"

/** Ends reads when they are due, by the `Clock`, so that their events are sent without waiting for a request. */
export const run = (reads: Reads): Effect.Effect<never> =>
  Effect.gen(function* () {
    const work = yield* Queue.sliding<void>(1)
    reads.onWork(() => Queue.offerUnsafe(work, undefined))
    return yield* Effect.forever(
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        reads.settle(now)
        const due = reads.nextDue()
        const more = Queue.take(work)
        yield* due === undefined ? more : Effect.timeoutOption(more, Math.max(0, due - now))
      })
    )
  })
