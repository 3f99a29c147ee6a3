/**
 * The clock of a sandbox, which a control can move forward.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * The time of a sandbox: the current `Clock` plus an offset. A sleeping fiber wakes when either of them makes its time
 * come.
 */
export interface OffsetClock {
  /** The offset in milliseconds. */
  readonly offset: () => number
  /** Runs an effect with this clock. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Runs an effect that is within this clock with the `Clock` below it, for what the offset does not move. */
  readonly outside: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Moves the time forward, and wakes the fibers whose sleep is over. */
  readonly advance: (millis: number) => void
  /** Sets the offset, which can move the time backward. */
  readonly set: (millis: number) => void
}

/** The largest offset: 7,900 years in milliseconds, with which times still have years of four digits. */
export const maxOffset = 249_300_000_000_000

/** What is wrong with a larger offset. */
export const tooFar = "the clock cannot be more than 7,900 years ahead"

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

  // One offset clock is made for each base clock and then reused by all requests.
  const clocks = new WeakMap<Clock.Clock, Clock.Clock>()
  const bases = new WeakMap<Clock.Clock, Clock.Clock>()
  const around = (base: Clock.Clock): Clock.Clock => {
    if (bases.has(base)) return base
    const known = clocks.get(base) ?? over(base)
    clocks.set(base, known)
    bases.set(known, base)
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
    outside: (effect) =>
      Effect.clockWith((clock) => Effect.provideService(effect, Clock.Clock, bases.get(clock) ?? clock)),
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
