/**
 * Deliveries, and the events and reasons that come of them.
 */
import { assert } from "@effect/vitest"
import { DateTime, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as Webhook from "effect-codat/Webhook"
import type { Reason, WebhookError } from "effect-codat/WebhookError"

export const text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
export const secret = Redacted.make(text)
export const otherSecret = Redacted.make("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")

export const connection = {
  id: "ee2eb431-c0fa-4dc9-93fa-d29781c12bcd",
  integrationId: "bf083d72-62c7-493e-aec9-81b4dbba7e2c",
  integrationKey: "dfxm",
  sourceId: "bdd831ce-eebd-4896-89a7-20e5ee8989ee",
  platformName: "Basiq",
  linkUrl: "https://link-api.codat.io/start",
  status: "Linked",
  lastSync: "2022-10-27T10:22:43.6464237Z",
  created: "2022-10-27T09:53:29",
  sourceType: "Banking"
}

export const body = (eventType: string, payload: unknown, more: object = {}) =>
  JSON.stringify({
    id: "ba29118f-5406-4e59-b05c-ba307ca38d01",
    eventType,
    generatedDate: "2024-08-08T17:10:34.015Z",
    payload,
    ...more
  })

export const deleted = body("company.deleted", {
  id: "8a210b68",
  name: "Bank of Dave",
  redirect: "https://link.codat.io/x"
})

/** The event of a body that is signed and verified. */
export const eventOf = Effect.fnUntraced(function* (content: string | Uint8Array) {
  const headers = yield* Webhook.sign({ secret, id: "msg_1", body: content })
  return yield* Webhook.verify({ secret, headers, body: content })
})

/** The reason that an effect fails with. */
export const reasonOf = <A, R>(effect: Effect.Effect<A, WebhookError, R>): Effect.Effect<Reason, never, R> =>
  effect.pipe(
    Effect.flip,
    Effect.map((error) => error.reason),
    Effect.orDie
  )

export const is = <T extends Reason["_tag"]>(
  reason: Reason,
  tag: T
): Extract<Reason, { readonly _tag: T }> => {
  assert.strictEqual(reason._tag, tag)
  // The assertion above is what makes it one.
  return reason as Extract<Reason, { readonly _tag: T }>
}

export const now = DateTime.makeUnsafe("2024-08-08T17:10:34Z")
export const atNow = TestClock.setTime(now.epochMilliseconds)
