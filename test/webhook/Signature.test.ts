import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Redacted, Ref } from "effect"
import { WebCrypto } from "effect/crypto"
import * as Webhook from "effect-codat/Webhook"
import * as fc from "fast-check"
import { Webhook as Standard } from "standardwebhooks"
import { anyText } from "../support/text.ts"
import { deleted, eventOf, is, otherSecret, reasonOf, secret, text } from "../support/Webhooks.ts"

describe("signatures", () => {
  // standardwebhooks reads the machine's clock, so these run on it too.
  it.live("verifies what the Standard Webhooks library signs", () =>
    Effect.gen(function* () {
      const date = new Date()
      const headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": String(Math.floor(date.getTime() / 1000)),
        "webhook-signature": new Standard(text).sign("msg_1", date, deleted)
      }
      const event = yield* Webhook.verify({ secret, headers, body: deleted })
      assert.strictEqual(event.eventType, "company.deleted")
      assert.strictEqual(event.id, "msg_1")
      assert.strictEqual(DateTime.toEpochSeconds(event.timestamp), Math.floor(date.getTime() / 1000))
    })
  )

  it.live("signs what the Standard Webhooks library verifies", () =>
    Effect.gen(function* () {
      const headers = yield* Webhook.sign({ secret, id: "msg_ü", body: deleted })
      assert.deepStrictEqual(new Standard(text).verify(deleted, { ...headers }), JSON.parse(deleted))
    })
  )

  it.effect("agrees with the Standard Webhooks library on any content", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          anyText(),
          anyText(),
          fc.integer({ min: 0, max: 4_000_000_000 }),
          fc.uint8Array({ minLength: 24, maxLength: 100 }),
          async (id, content, seconds, key) => {
            const base64 = Buffer.from(key).toString("base64")
            const headers = await Effect.runPromise(
              Webhook.sign({
                secret: Redacted.make(`whsec_${base64}`),
                id,
                timestamp: DateTime.fromEpochSeconds(seconds),
                body: content
              })
            )
            assert.strictEqual(
              headers["webhook-signature"],
              new Standard(base64).sign(id, new Date(seconds * 1000), content)
            )
            assert.strictEqual(headers["webhook-timestamp"], String(seconds))
          }
        ),
        { numRuns: 50 }
      )
    )
  )

  it.effect("signs the raw bytes, so equal JSON is not equal content", () =>
    Effect.gen(function* () {
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      const bytes = new TextEncoder().encode(deleted)
      yield* Webhook.verify({ secret, headers, body: bytes })
      // A view into a larger buffer is only what it shows.
      const larger = new Uint8Array(bytes.length + 8).fill(32)
      larger.set(bytes, 4)
      yield* Webhook.verify({ secret, headers, body: larger.subarray(4, 4 + bytes.length) })
      const again = JSON.stringify(JSON.parse(deleted), null, 1)
      is(yield* reasonOf(Webhook.verify({ secret, headers, body: again })), "SignatureMismatch")
    })
  )

  it.effect("covers the id, the time and each byte of the body", () =>
    Effect.gen(function* () {
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      const later = { "webhook-timestamp": "1" }
      for (const forged of [
        { headers: { ...headers, "webhook-id": "msg_2" }, body: deleted },
        { headers: { ...headers, ...later }, body: deleted },
        { headers, body: `${deleted} ` },
        { headers, body: deleted.slice(0, -1) },
        { headers, body: deleted.replace("Dave", "Dove") },
        { headers, body: "" }
      ]) {
        is(yield* reasonOf(Webhook.verify({ secret, ...forged })), "SignatureMismatch")
      }
    })
  )

  it.effect("takes one good signature among others, and skips versions it does not know", () =>
    Effect.gen(function* () {
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      const good = headers["webhook-signature"]
      const base64 = good.slice(3)
      const verify = (signature: string) =>
        Webhook.verify({ secret, headers: { ...headers, "webhook-signature": signature }, body: deleted })
      for (const signature of [
        `v1a,${base64} ${good}`,
        `${good} v2,xyz`,
        `v1,AAAA v1,!!! v1, v1 ,  ${good}`,
        // As Node joins a header that was sent twice.
        `${good}, v1,AAAA`
      ]) {
        assert.strictEqual((yield* verify(signature)).id, "msg_1")
      }
      for (const signature of [
        base64,
        `v1a,${base64}`,
        `v2,${base64}`,
        `V1,${base64}`,
        `v1,${base64.slice(0, -4)}`,
        `v1,${base64}AAAA`,
        `v1,${base64.toLowerCase()}`,
        "v1,",
        "v1",
        " ",
        "v1,====",
        "v1,\u0000",
        "v1,".repeat(10_000)
      ]) {
        is(yield* reasonOf(verify(signature)), "SignatureMismatch")
      }
    })
  )

  it.effect("takes any of several secrets, and signs with all of them", () =>
    Effect.gen(function* () {
      const third = Redacted.make(`whsec_${"AAAA".repeat(8)}`)
      const headers = yield* Webhook.sign({ secret: otherSecret, id: "msg_1", body: deleted })
      yield* Webhook.verify({ secret: [secret, otherSecret], headers, body: deleted })
      yield* Webhook.verify({ secret: [otherSecret, secret], headers, body: deleted })
      is(
        yield* reasonOf(Webhook.verify({ secret: [secret, third], headers, body: deleted })),
        "SignatureMismatch"
      )
      const both = yield* Webhook.sign({ secret: [secret, otherSecret], id: "msg_1", body: deleted })
      assert.strictEqual(both["webhook-signature"].split(" ").length, 2)
      yield* Webhook.verify({ secret, headers: both, body: deleted })
      yield* Webhook.verify({ secret: otherSecret, headers: both, body: deleted })
    })
  )

  it.effect("reads headers of any case, of a record, an Effect or a web Headers", () =>
    Effect.gen(function* () {
      const signed = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      const upper = Object.fromEntries(
        Object.entries(signed).map(([name, value]) => [name.toUpperCase(), value])
      )
      for (const headers of [upper, new Headers(upper), Object.entries(upper)]) {
        assert.strictEqual((yield* Webhook.verify({ secret, headers, body: deleted })).id, "msg_1")
      }
    })
  )

  it.effect("runs on the WebCrypto of the context", () =>
    Effect.gen(function* () {
      const used = yield* Ref.make(0)
      const context = yield* Effect.context<never>()
      const counting = new Proxy(globalThis.crypto, {
        get: (target, key) => {
          if (key === "subtle") Effect.runSyncWith(context)(Ref.update(used, (n) => n + 1))
          return Reflect.get(target, key, target)
        }
      })
      yield* eventOf(deleted).pipe(Effect.provide(WebCrypto.layer(counting)))
      assert.isAbove(yield* Ref.get(used), 0)
    })
  )
})

describe("secrets", () => {
  it.effect("are the same with and without whsec_, padding or white space around", () =>
    Effect.gen(function* () {
      const padded = `whsec_${Buffer.alloc(25, "secret").toString("base64")}`
      assert.match(padded, /==$/)
      const headers = yield* Webhook.sign({ secret: Redacted.make(padded), id: "msg_1", body: deleted })
      for (const written of [padded.slice(6), padded.slice(0, -2), ` ${padded}\n`]) {
        yield* Webhook.verify({ secret: Redacted.make(written), headers, body: deleted })
      }
    })
  )

  it.effect("that cannot be one are InvalidSecret, which quotes nothing", () =>
    Effect.gen(function* () {
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      const wiped = Redacted.make(text)
      Redacted.wipeUnsafe(wiped)
      // What a program in plain JavaScript can pass.
      const unset = Redacted.make(undefined as unknown as string)
      const plain = text as unknown as Redacted.Redacted
      const bad = ["", "whsec_", "not base64!", "whsec_a", `whsec_SECRET-MARK${"A".repeat(32)}`].map((s) =>
        Redacted.make(s)
      )
      for (const one of [...bad, wiped, unset, plain, []]) {
        const reason = is(
          yield* reasonOf(Webhook.verify({ secret: one, headers, body: deleted })),
          "InvalidSecret"
        )
        assert.isUndefined(reason.index)
        assert.match(reason.message, /^the secret must be /)
        assert.notInclude(reason.message, "SECRET-MARK")
        is(yield* reasonOf(Webhook.sign({ secret: one, id: "msg_1", body: deleted })), "InvalidSecret")
      }
      const list = [secret, Redacted.make("not base64!")]
      assert.strictEqual(
        is(yield* reasonOf(Webhook.verify({ secret: list, headers, body: deleted })), "InvalidSecret").index,
        1
      )
    })
  )

  it.effect("of fewer than 24 bytes are refused, saying so and not what they are", () =>
    Effect.gen(function* () {
      const of = (bytes: number) => Redacted.make(Buffer.alloc(bytes, "MARK").toString("base64"))
      for (const short of [Redacted.make("null"), Redacted.make("AA"), of(1), of(23)]) {
        const reason = is(
          yield* reasonOf(Webhook.sign({ secret: short, id: "msg_1", body: deleted })),
          "InvalidSecret"
        )
        assert.include(reason.message, "at least 24 bytes long, which are 32 characters of base64")
        assert.notInclude(reason.message, Redacted.value(short))
      }
      yield* Webhook.sign({ secret: of(24), id: "msg_1", body: deleted })
      const list = [secret, of(23)]
      const reason = yield* reasonOf(Webhook.sign({ secret: list, id: "msg_1", body: deleted }))
      assert.strictEqual(is(reason, "InvalidSecret").index, 1)
      assert.match(reason.message, /^secret 1 must be /)
    })
  )
})
