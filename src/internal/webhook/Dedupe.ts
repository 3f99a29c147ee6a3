/**
 * Runs a function once for each key that this process remembers.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"

interface Entry {
  readonly key: string
  readonly lock: Semaphore.Semaphore
  /** The number of calls that run or wait for the lock. */
  calls: number
  /** When a success is forgotten, in milliseconds of the monotonic clock; absent before the first success. */
  expiresAt: number | undefined
}

/** Milliseconds of a clock that only moves forward: setting the time of day neither forgets nor keeps a key. */
const monotonicMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

/** Runs an effect in a fiber of its own, which can be interrupted only from within. */
const alone = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.forkChild(Effect.interruptible(effect)), Fiber.join)

/**
 * Makes a function that runs `f`, unless `f` has succeeded with the same key before. Calls with the same key run one
 * after another.
 *
 * `Cache` is not used, because it would keep the fiber of each success, and with it the request that the fiber served.
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
      const entry = known ?? { key, lock: Semaphore.makeUnsafe(1), calls: 0, expiresAt: undefined }
      if (known !== undefined) entries.delete(key)
      entries.set(key, entry)
      for (const [oldest, { calls }] of entries) {
        if (entries.size <= options.capacity) break
        // Without the entry, a repeated message could be handled at the same time as the first one.
        if (calls === 0 && oldest !== key) entries.delete(oldest)
      }
      return entry
    }
    const handle = (entry: Entry, input: I) =>
      entry.lock.withPermits(1)(
        Effect.flatMap(monotonicMillis, (now) =>
          entry.expiresAt !== undefined && now < entry.expiresAt
            ? Effect.void
            : // A sender that closes the connection interrupts the server's fiber. What `f` has started, such as a promise,
              // would go on, and the next delivery would start it again. `f` has a fiber of its own, because an
              // uninterruptible `Effect.all` would wait for each of its effects when one of them fails.
              Effect.uninterruptible(
                Effect.flatMap(alone(f(input)), () =>
                  Effect.map(monotonicMillis, (end) => {
                    entry.expiresAt = end + timeToLive
                  })
                )
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
            // A failure is not remembered: its entry would push out that of a success.
            const isIdle = entry.calls === 0 && entry.expiresAt === undefined
            if (isIdle && entries.get(entry.key) === entry) entries.delete(entry.key)
          })
      )
  })
