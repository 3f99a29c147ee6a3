/**
 * Signatures the Standard Webhooks way: HMAC-SHA-256 over the id, the time and
 * the raw body, joined by dots.
 */
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { InvalidOption, InvalidSecret, WebhookError } from "../WebhookError.ts"

const version = "v1"
const prefix = "whsec_"
const rule = `redacted base64, as Codat shows it, with or without ${prefix} before it`

const raw = "the text or the bytes as they arrived, before anything parses them"

/** A `Uint8Array` of another realm is one as well. */
const isRaw = (body: unknown): boolean =>
  typeof body === "string" || Object.prototype.toString.call(body) === "[object Uint8Array]"

const encoder = new TextEncoder()

/**
 * The key in a secret. A failure says nothing of the secret, so the decoder's
 * own, which quotes it, ends here.
 */
const keyOf = (secret: Redacted.Redacted, index: number | undefined) =>
  Effect.suspend(() => {
    const text = Result.getOrUndefined(Result.try(() => Redacted.value(secret)))
    // A program in plain JavaScript can hand over an unset environment variable.
    if (typeof text !== "string") return Effect.fail(undefined)
    const trimmed = text.trim()
    const base64 = trimmed.startsWith(prefix) ? trimmed.slice(prefix.length) : trimmed
    // Selecting text with a double click leaves the padding behind.
    return Effect.fromResult(Base64.decode(base64.padEnd(Math.ceil(base64.length / 4) * 4, "=")))
  }).pipe(
    Effect.flatMap((bytes) => Mac.key(Mac.hmacSha256, bytes)),
    Effect.mapError(() => new WebhookError({ reason: new InvalidSecret({ rule, index }) }))
  )

const content = (id: string, timestamp: string, body: string | Uint8Array): Uint8Array => {
  const head = encoder.encode(`${id}.${timestamp}.`)
  const bytes = typeof body === "string" ? encoder.encode(body) : body
  const all = new Uint8Array(head.length + bytes.length)
  all.set(head)
  all.set(bytes, head.length)
  return all
}

const layer = Layer.provide(Mac.layerWebCrypto, SecureRandom.layerWebCrypto)

/** The tag of the content under each secret, in their order. */
export const tags = Effect.fnUntraced(function* (
  secret: Redacted.Redacted | ReadonlyArray<Redacted.Redacted>,
  id: string,
  timestamp: string,
  body: string | Uint8Array
) {
  // A program in plain JavaScript can hand over the text itself; as a secret that is not redacted, it is none.
  const secrets: ReadonlyArray<Redacted.Redacted> = Redacted.isRedacted(secret)
    ? [secret]
    : Array.isArray(secret)
      ? secret
      : []
  if (secrets.length === 0) return yield* new WebhookError({ reason: new InvalidSecret({ rule }) })
  // Frameworks hand over what they made of the JSON, in properties of type any.
  if (!isRaw(body))
    return yield* new WebhookError({ reason: new InvalidOption({ field: "body", rule: raw }) })
  const mac = yield* Mac.Mac
  const keys = yield* Effect.forEach(secrets, (one, index) =>
    keyOf(one, secrets.length > 1 ? index : undefined)
  )
  const signed = content(id, timestamp, body)
  // Every WebCrypto has HMAC-SHA-256, and the keys are checked: what can fail is the platform.
  return yield* Effect.forEach(keys, (key) => Effect.orDie(mac.sign(key, signed)))
}, Effect.provide(layer))

/** The header's form of some tags. */
export const format = (tags: ReadonlyArray<Uint8Array>): string =>
  tags.map((tag) => `${version},${Base64.encode(tag)}`).join(" ")

/**
 * Whether the header holds one of the tags. The tags are computed once and
 * compared in constant time, so a header full of signatures costs no hashing.
 */
export const matches = (header: string, tags: ReadonlyArray<Uint8Array>): boolean => {
  let found = false
  // A header that was sent twice is joined with a comma.
  for (const entry of header.split(/,?\s+/)) {
    if (!entry.startsWith(`${version},`)) continue
    const given = Base64.decode(entry.slice(version.length + 1))
    if (Result.isFailure(given)) continue
    for (const tag of tags) found = Mac.timingSafeEqual(given.success, tag) || found
  }
  return found
}
