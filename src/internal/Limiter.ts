/**
 * What holds requests back before they are sent. It stands outside the time
 * limit of an attempt, so that waiting for a turn is not taken for a slow answer.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import type * as CodatError from "../CodatError.ts"

export type Limit = <A, E, R>(
  request: Effect.Effect<A, E, R>
) => Effect.Effect<A, E | CodatError.Transport, R>

export const Limiter: Context.Reference<Limit> = Context.Reference<Limit>("effect-codat/internal/Limiter", {
  defaultValue: () => identity
})
