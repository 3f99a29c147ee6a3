/**
 * Doing something once for each key, as far as one process remembers.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

interface Entry {
  readonly key: string
  readonly lock: Semaphore.Semaphore
  /** Calls that are under way or wait for the lock. */
  calls: number
  /** When a success is forgotten; zero until there was one. */
  expiresAt: number
}

/**
 * A function that does what `f` does unless `f` has succeeded with the same key
 * before. Calls with one key wait for each other.
 *
 * A `Cache` would keep the fiber of each success, and with it the request that
 * it served.
 */
export const make = <I, A, E, R>(
  options: { readonly capacity: number; readonly timeToLive: Duration.Duration },
  keyOf: (input: I) => string,
  f: (input: I) => Effect.Effect<A, E, R>
): Effect.Effect<(input: I) => Effect.Effect<void, E, R>> =>
  Effect.sync(() => {
    const timeToLive = Duration.toMillis(options.timeToLive)
    // A Map iterates in the order of insertion, so its first key is the oldest.
    const entries = new Map<string, Entry>()
    const entryOf = (key: string): Entry => {
      const known = entries.get(key)
      const entry = known ?? { key, lock: Semaphore.makeUnsafe(1), calls: 0, expiresAt: 0 }
      if (known !== undefined) entries.delete(key)
      entries.set(key, entry)
      for (const [oldest, { calls }] of entries) {
        if (entries.size <= options.capacity) break
        // Forgotten while it is handled, it would be handled beside itself.
        if (calls === 0 && oldest !== key) entries.delete(oldest)
      }
      return entry
    }
    const handle = (entry: Entry, input: I) =>
      entry.lock.withPermits(1)(
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          now < entry.expiresAt
            ? Effect.void
            : Effect.flatMap(f(input), () =>
                Effect.map(Clock.currentTimeMillis, (end) => {
                  entry.expiresAt = end + timeToLive
                })
              )
        )
      )
    return (input) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const entry = entryOf(keyOf(input))
          entry.calls++
          return entry
        }),
        (entry) => handle(entry, input),
        (entry) =>
          Effect.sync(() => {
            entry.calls--
            // What failed is nothing to remember, and would push out what is.
            const isIdle = entry.calls === 0 && entry.expiresAt === 0
            if (isIdle && entries.get(entry.key) === entry) entries.delete(entry.key)
          })
      )
  })
