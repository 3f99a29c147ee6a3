/**
 * A time limit for what is limited at every request.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

/**
 * `Effect.timeoutOrElse`, with the one difference that what is limited is not
 * raced but watched: a race of two costs a request several times as much.
 *
 * What runs out of time is interrupted, and its end awaited, before `orElse`.
 */
export const bounded = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Duration,
  orElse: () => Effect.Effect<A, E>
): Effect.Effect<A, E, R> =>
  Duration.isFinite(duration)
    ? Effect.contextWith((context: Context.Context<R>) =>
        Effect.callback((resume) => {
          const fork = Effect.runForkWith(context)
          const watched = fork(effect)
          const timer = fork(Context.get(context, Clock.Clock).sleep(duration))
          watched.addObserver((exit) => {
            timer.interruptUnsafe()
            resume(exit)
          })
          timer.addObserver((exit) => {
            if (Exit.isSuccess(exit)) resume(Effect.andThen(Fiber.interrupt(watched), Effect.suspend(orElse)))
          })
          return Fiber.interruptAll([watched, timer])
        })
      )
    : effect
