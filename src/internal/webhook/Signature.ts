/**
 * Signatures as Standard Webhooks defines them: HMAC-SHA-256 over the id, the timestamp and the raw body, joined by dots.
 */
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { InvalidSecret, WebhookError } from "../../WebhookError.ts"

const version = "v1"
const prefix = "whsec_"

/** The shortest secret that Standard Webhooks allows, in bytes. */
const minimumBytes = 24

const rule = `base64 in Redacted, as Codat's portal shows it, with or without ${prefix} before it`
const lengthRule = `at least ${minimumBytes} bytes long, which are ${(minimumBytes * 4) / 3} characters of base64`

const encoder = new TextEncoder()

const invalidSecret = (rule: string, index: number | undefined) =>
  new WebhookError({ reason: new InvalidSecret({ rule, index }) })

/** The key in a secret. The decoder's own error quotes the secret, so it is replaced. */
const keyOf = (secret: Redacted.Redacted, index: number | undefined) =>
  Effect.suspend(() => {
    // `Redacted.value` throws for a secret that was wiped.
    const text = Result.getOrUndefined(Result.try(() => Redacted.value(secret)))
    // A program in plain JavaScript can pass an environment variable that is not set.
    if (typeof text !== "string") return Effect.fail(invalidSecret(rule, index))
    const trimmed = text.trim()
    const base64 = trimmed.startsWith(prefix) ? trimmed.slice(prefix.length) : trimmed
    // A double click on the text in the portal does not select the padding.
    const bytes = Base64.decode(base64.padEnd(Math.ceil(base64.length / 4) * 4, "="))
    if (Result.isFailure(bytes)) return Effect.fail(invalidSecret(rule, index))
    if (bytes.success.length < minimumBytes) return Effect.fail(invalidSecret(lengthRule, index))
    return Effect.mapError(Mac.key(Mac.hmacSha256, bytes.success), () => invalidSecret(rule, index))
  })

const content = (id: string, timestamp: string, body: string | Uint8Array): Uint8Array => {
  const head = encoder.encode(`${id}.${timestamp}.`)
  const bytes = typeof body === "string" ? encoder.encode(body) : body
  const all = new Uint8Array(head.length + bytes.length)
  all.set(head)
  all.set(bytes, head.length)
  return all
}

const layer = Layer.provide(Mac.layerWebCrypto, SecureRandom.layerWebCrypto)

/** The tag of the content under each secret, in the order of the secrets. */
export const tags = Effect.fnUntraced(function* (
  secret: Redacted.Redacted | ReadonlyArray<Redacted.Redacted>,
  id: string,
  timestamp: string,
  body: string | Uint8Array
) {
  // A program in plain JavaScript can pass the text itself, which is not redacted and so is refused.
  const secrets: ReadonlyArray<Redacted.Redacted> = Redacted.isRedacted(secret)
    ? [secret]
    : Array.isArray(secret)
      ? secret
      : []
  if (secrets.length === 0) return yield* invalidSecret(rule, undefined)
  const mac = yield* Mac.Mac
  const keys = yield* Effect.forEach(secrets, (one, index) =>
    keyOf(one, secrets.length > 1 ? index : undefined)
  )
  const signed = content(id, timestamp, body)
  // Every WebCrypto has HMAC-SHA-256 and the keys are checked, so only the platform itself can fail.
  return yield* Effect.forEach(keys, (key) => Effect.orDie(mac.sign(key, signed)))
}, Effect.provide(layer))

/** Tags as the `webhook-signature` header carries them. */
export const format = (tags: ReadonlyArray<Uint8Array>): string =>
  tags.map((tag) => `${version},${Base64.encode(tag)}`).join(" ")

/**
 * Whether the header holds one of the tags. The tags are computed once and compared in constant time, so a header with
 * many signatures costs no hashing.
 */
export const matches = (header: string, tags: ReadonlyArray<Uint8Array>): boolean => {
  let found = false
  // A header that was sent twice arrives joined with a comma.
  for (const entry of header.split(/,?\s+/)) {
    if (!entry.startsWith(`${version},`)) continue
    const given = Base64.decode(entry.slice(version.length + 1))
    if (Result.isFailure(given)) continue
    for (const tag of tags) found = Mac.timingSafeEqual(given.success, tag) || found
  }
  return found
}
