import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * The time of a sandbox: the `Clock` in force, and what it has been advanced by. Whoever sleeps wakes when either has
 * brought the time about.
 */
export interface OffsetClock {
  /** How far this time is ahead, in milliseconds. */
  readonly offset: () => number
  /** Runs an effect in this time. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Moves this time ahead, and wakes whoever has slept long enough. */
  readonly advance: (millis: number) => void
  /** Puts the offset to a value, back too. */
  readonly set: (millis: number) => void
}

interface Sleeper {
  readonly until: number
  readonly now: () => number
  readonly wake: () => void
}

export const make = (): OffsetClock => {
  let offset = 0
  const sleepers = new Set<Sleeper>()

  const over = (base: Clock.Clock): Clock.Clock => {
    const millis = (): number => base.currentTimeMillisUnsafe() + offset
    const nanos = (): bigint => base.currentTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
    const advanced = (until: number) =>
      Effect.callback<void>((resume) => {
        const sleeper: Sleeper = { until, now: millis, wake: () => resume(Effect.void) }
        sleepers.add(sleeper)
        return Effect.sync(() => {
          sleepers.delete(sleeper)
        })
      })
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: () => base.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: base.monotonicTimeNanos,
      sleep: (duration) =>
        Effect.suspend(() =>
          Effect.raceFirst(base.sleep(duration), advanced(millis() + Duration.toMillis(duration)))
        )
    }
  }

  // Requests share a clock, so that only the first pays for the one around it.
  const clocks = new WeakMap<Clock.Clock, Clock.Clock>()
  const ours = new WeakSet<Clock.Clock>()
  const around = (base: Clock.Clock): Clock.Clock => {
    if (ours.has(base)) return base
    const known = clocks.get(base) ?? over(base)
    clocks.set(base, known)
    ours.add(known)
    return known
  }

  const wakeAll = (): void => {
    for (const sleeper of [...sleepers].sort((a, b) => a.until - b.until)) {
      if (sleeper.now() < sleeper.until) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
  }

  return {
    offset: () => offset,
    within: (effect) => Effect.clockWith((base) => Effect.provideService(effect, Clock.Clock, around(base))),
    advance: (millis) => {
      offset += millis
      wakeAll()
    },
    set: (millis) => {
      offset = millis
      wakeAll()
    }
  }
}
