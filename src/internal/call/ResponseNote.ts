/**
 * What is told of the answer that a call's value came in.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as CodatError from "../../CodatError.ts"

/** What `Codat.withResponse` is told of the newest answer. */
export interface ResponseNote {
  readonly status: number
  readonly correlationId: string | undefined
  readonly quota: CodatError.Quota | undefined
  readonly attempts: ReadonlyArray<CodatError.Attempt>
}

/** Who wants to know of answers, if anybody does. */
export const Listener: Context.Reference<((note: ResponseNote) => void) | undefined> = Context.Reference<
  ((note: ResponseNote) => void) | undefined
>("effect-codat/ResponseListener", {
  defaultValue: () => undefined
})

/** Goes on from a call with what is known of its answer; whoever listens further out is told as well. */
export const tap = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  then: (value: A, note: ResponseNote | undefined) => Effect.Effect<void>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Listener, (outer) => {
    let newest: ResponseNote | undefined
    return effect.pipe(
      Effect.provideService(Listener, (note) => {
        newest = note
        outer?.(note)
      }),
      Effect.tap((value) => then(value, newest))
    )
  })
