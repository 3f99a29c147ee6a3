/**
 * Bounding an effect in time.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** The longest that `setTimeout` can wait. */
const longest = 2 ** 31 - 1

/** The clock of programs that were given no other. */
const isSystem = (clock: Clock.Clock): boolean => clock === Context.get(Context.empty(), Clock.Clock)

/**
 * Fails with `late` and interrupts the effect when it takes longer than that.
 *
 * It is `Effect.raceFirst` with a sleep. Every attempt is bounded and hardly one is late, so where the clock is the
 * system's, a plain timer takes the place of the fiber that would sleep and be interrupted.
 */
export const atMost = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Duration,
  late: () => E2
): Effect.Effect<A, E | E2, R> =>
  Effect.contextWith((context: Context.Context<R>) => {
    const millis = Duration.toMillis(duration)
    if (millis > longest || !isSystem(Context.get(context, Clock.Clock))) {
      return Effect.raceFirst(
        effect,
        Effect.flatMap(Effect.sleep(duration), () => Effect.fail(late()))
      )
    }
    return Effect.callback<A, E | E2>((resume) => {
      const fiber = Effect.runForkWith(context)(effect)
      const timer = setTimeout(
        () => resume(Effect.andThen(Effect.uninterruptible(Fiber.interrupt(fiber)), Effect.fail(late()))),
        millis
      )
      fiber.addObserver((exit) => {
        clearTimeout(timer)
        resume(exit)
      })
      return Effect.suspend(() => {
        clearTimeout(timer)
        return Fiber.interrupt(fiber)
      })
    })
  })
