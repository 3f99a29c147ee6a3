/**
 * What is known about the response that the result of a call came from.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as CodatError from "../../CodatError.ts"

/** What `Codat.withResponse` gives about the newest response. */
export interface ResponseNote {
  readonly status: number
  readonly correlationId: string | undefined
  readonly quota: CodatError.Quota | undefined
  readonly attempts: ReadonlyArray<CodatError.Attempt>
}

/** Is called with a note for each call that succeeded, where one is provided. */
export const Listener: Context.Reference<((note: ResponseNote) => void) | undefined> = Context.Reference<
  ((note: ResponseNote) => void) | undefined
>("effect-codat/ResponseListener", {
  defaultValue: () => undefined
})

/** The value of an effect with the note of its newest response. A listener that is provided further out is called too. */
export const withNote = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<{ readonly value: A; readonly note: ResponseNote | undefined }, E, R> =>
  Effect.flatMap(Listener, (outer) => {
    let newest: ResponseNote | undefined
    return effect.pipe(
      Effect.provideService(Listener, (note) => {
        newest = note
        outer?.(note)
      }),
      Effect.map((value) => ({ value, note: newest }))
    )
  })
