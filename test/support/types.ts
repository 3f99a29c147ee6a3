/**
 * Holds the parameters of a type one by one: the whole is too deep for `toEqualTypeOf`.
 */
import { expectTypeOf } from "@effect/vitest"
import type { Effect, Layer, Stream } from "effect"
import type { HttpClient } from "effect/http"
import type { Auth, CodatError } from "effect-codat"

/** What every operation needs. */
export type Needs = HttpClient.HttpClient | Auth.Auth

/** What every operation fails with. */
export type Fails = CodatError.CodatError

export const effect = <A, E, R>(self: Effect.Effect<A, E, R>) => {
  void self
  return { value: expectTypeOf<A>(), error: expectTypeOf<E>(), needs: expectTypeOf<R>() }
}

export const stream = <A, E, R>(self: Stream.Stream<A, E, R>) => {
  void self
  return { value: expectTypeOf<A>(), error: expectTypeOf<E>(), needs: expectTypeOf<R>() }
}

export const layer = <A, E, R>(self: Layer.Layer<A, E, R>) => {
  void self
  return { value: expectTypeOf<A>(), error: expectTypeOf<E>(), needs: expectTypeOf<R>() }
}
