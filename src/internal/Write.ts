/**
 * Operations that Codat carries out once for each idempotency key.
 */
import * as SecureRandom from "effect/crypto/SecureRandom"
import { WebCrypto } from "effect/crypto/WebCrypto"
import type * as Effect from "effect/Effect"
import type { Description, WriteOptions } from "./Endpoint.ts"
import * as Pipeline from "./Pipeline.ts"

/** As `Pipeline.operation`, with a key for each call that brings none, the same in all attempts of the call. */
export const write = <Input extends WriteOptions, Output>(
  endpoint: Description<Input, Output> & { readonly method: "POST" | "PATCH" }
): ReturnType<typeof Pipeline.operation<Input, Output>> => Pipeline.operation({ ...endpoint, newKey })

/**
 * A fresh idempotency key. It comes from the `WebCrypto` reference and not from
 * `Random`, because a program that seeds `Random` would make yesterday's keys
 * again and be given yesterday's responses.
 */
const newKey: Effect.Effect<string> = WebCrypto.use((crypto) =>
  SecureRandom.make((size) => crypto.getRandomValues(new Uint8Array(size))).uuidV4()
)
