import { inspect } from "node:util"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Array as Arr, Cause, DateTime, Duration, Effect, Exit, Redacted, Ref, Schema } from "effect"
import { WebCrypto } from "effect/crypto"
import { TestClock } from "effect/testing"
import * as Webhook from "effect-codat/Webhook"
import { isWebhookError, type Reason, WebhookError } from "effect-codat/WebhookError"
import { WebhookEvent } from "effect-codat/WebhookEvent"
import * as fc from "fast-check"
import { Webhook as Standard } from "standardwebhooks"

const text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const secret = Redacted.make(text)
const otherSecret = Redacted.make("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")

const connection = {
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

const body = (eventType: string, payload: unknown, more: object = {}) =>
  JSON.stringify({
    id: "ba29118f-5406-4e59-b05c-ba307ca38d01",
    eventType,
    generatedDate: "2024-08-08T17:10:34.015Z",
    payload,
    ...more
  })

const deleted = body("company.deleted", {
  id: "8a210b68",
  name: "Bank of Dave",
  redirect: "https://link.codat.io/x"
})

/** The event that a body becomes, having been signed. */
const eventOf = Effect.fnUntraced(function* (content: string | Uint8Array) {
  const headers = yield* Webhook.sign({ secret, id: "msg_1", body: content })
  return yield* Webhook.verify({ secret, headers, body: content })
})

/** The reason for which an effect fails. */
const reasonOf = <A, R>(effect: Effect.Effect<A, WebhookError, R>): Effect.Effect<Reason, never, R> =>
  effect.pipe(
    Effect.flip,
    Effect.map((error) => error.reason),
    Effect.orDie
  )

const is = <T extends Reason["_tag"]>(reason: Reason, tag: T): Extract<Reason, { readonly _tag: T }> => {
  assert.strictEqual(reason._tag, tag)
  // The assertion above is what makes it one.
  return reason as Extract<Reason, { readonly _tag: T }>
}

const now = DateTime.makeUnsafe("2024-08-08T17:10:34Z")
const atNow = TestClock.setTime(now.epochMilliseconds)

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
          fc.string({ unit: "binary" }),
          fc.string({ unit: "binary" }),
          fc.integer({ min: 0, max: 4_000_000_000 }),
          fc.uint8Array({ minLength: 1, maxLength: 100 }),
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
      const third = Redacted.make("whsec_AAAA")
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
      const padded = "whsec_c2VjcmV0LXNlY3JldA=="
      const headers = yield* Webhook.sign({ secret: Redacted.make(padded), id: "msg_1", body: deleted })
      for (const written of [padded.slice(6), padded.slice(0, -2), ` ${padded}\n`]) {
        yield* Webhook.verify({ secret: Redacted.make(written), headers, body: deleted })
      }
    })
  )

  it.effect("that cannot be one are InvalidSecret, which quotes nothing", () =>
    Effect.gen(function* () {
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      const wiped = Redacted.make("whsec_AAAA")
      Redacted.wipeUnsafe(wiped)
      // What a program in plain JavaScript can pass.
      const unset = Redacted.make(undefined as unknown as string)
      const plain = text as unknown as Redacted.Redacted
      const bad = ["", "whsec_", "not base64!", "whsec_a", "whsec_SECRET-MARK"].map((s) => Redacted.make(s))
      for (const one of [...bad, wiped, unset, plain, []]) {
        const reason = is(
          yield* reasonOf(Webhook.verify({ secret: one, headers, body: deleted })),
          "InvalidSecret"
        )
        assert.isUndefined(reason.index)
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
})

describe("options", () => {
  it.effect("that are not what they must be are InvalidOption", () =>
    Effect.gen(function* () {
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      for (const parsed of [JSON.parse(deleted), undefined, null, 7, [1, 2], new ArrayBuffer(8)]) {
        // What a framework's parser leaves in a property of type any.
        const body = parsed as string
        const verified = yield* reasonOf(Webhook.verify({ secret, headers, body }))
        const signed = yield* reasonOf(Webhook.sign({ secret, id: "msg_1", body }))
        assert.strictEqual(is(verified, "InvalidOption").field, "body")
        assert.strictEqual(is(signed, "InvalidOption").field, "body")
      }
      const tolerance = "abc" as "1 second"
      const reason = is(
        yield* reasonOf(Webhook.verify({ secret, headers, body: deleted, tolerance })),
        "InvalidOption"
      )
      assert.strictEqual(reason.message, "tolerance must be a duration")
    })
  )

  it.effect("take bytes of any realm for a body", () =>
    Effect.gen(function* () {
      const bytes: Uint8Array = runInNewContext(`new Uint8Array([${Buffer.from(deleted).join()}])`)
      assert.notInstanceOf(bytes, Uint8Array)
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      yield* Webhook.verify({ secret, headers, body: bytes })
    })
  )
})

describe("headers", () => {
  it.effect("that are absent or empty are named", () =>
    Effect.gen(function* () {
      const signed = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
        for (const value of [undefined, ""]) {
          const headers = { ...signed, [name]: value }
          const reason = yield* reasonOf(Webhook.verify({ secret, headers, body: deleted }))
          assert.strictEqual(is(reason, "MissingHeader").header, name)
        }
      }
    })
  )
})

describe("time", () => {
  const verifyAt = Effect.fnUntraced(function* (offset: Duration.Input, tolerance?: Duration.Input) {
    const headers = yield* Webhook.sign({ secret, id: "msg_1", timestamp: now, body: deleted })
    yield* TestClock.setTime(now.epochMilliseconds + Duration.toMillis(offset))
    return yield* Webhook.verify({ secret, headers, body: deleted, tolerance })
  })

  it.effect("may be five minutes off either way, to the millisecond", () =>
    Effect.gen(function* () {
      for (const offset of [-300_000, 0, 300_000]) yield* verifyAt(offset)
      for (const offset of [-300_001, 300_001]) {
        const reason = is(yield* reasonOf(verifyAt(offset)), "TimestampOutOfRange")
        assert.strictEqual(reason.timestamp.epochMilliseconds, now.epochMilliseconds)
        assert.strictEqual(reason.now.epochMilliseconds, now.epochMilliseconds + offset)
        assert.strictEqual(Duration.toMillis(reason.tolerance), 300_000)
        assert.include(reason.message, offset < 0 ? "ahead of" : "before")
      }
    })
  )

  it.effect("may be as far off as the tolerance says", () =>
    Effect.gen(function* () {
      yield* verifyAt("9 minutes", "10 minutes")
      yield* verifyAt("1000 days", Duration.infinity)
      yield* verifyAt(0, 0)
      is(yield* reasonOf(verifyAt(1, 0)), "TimestampOutOfRange")
    })
  )

  it.effect("is a whole number of seconds, or InvalidTimestamp", () =>
    Effect.gen(function* () {
      yield* atNow
      const signed = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      for (const timestamp of [
        "now",
        "-1",
        "+1723137034",
        "1723137034.5",
        "1.7e9",
        "0x66b4fb0a",
        " 1723137034",
        "1723137034\n",
        "Infinity",
        "NaN",
        "8640000000001",
        "9".repeat(400),
        "2024-08-08T17:10:34Z",
        "１７２３１３７０３４"
      ]) {
        const headers = { ...signed, "webhook-timestamp": timestamp }
        is(yield* reasonOf(Webhook.verify({ secret, headers, body: deleted })), "InvalidTimestamp")
      }
      for (const timestamp of ["0", "8640000000000", "1723137034000"]) {
        const headers = { ...signed, "webhook-timestamp": timestamp }
        is(yield* reasonOf(Webhook.verify({ secret, headers, body: deleted })), "TimestampOutOfRange")
      }
    })
  )

  it.effect("is cut to the second when signing", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_999)
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      assert.strictEqual(headers["webhook-timestamp"], "1")
    })
  )
})

describe("events", () => {
  it.effect("of a connection", () =>
    Effect.gen(function* () {
      yield* atNow
      for (const what of ["created", "connected", "disconnected", "reconnected", "failed", "deleted"]) {
        const payload = {
          referenceCompany: {
            id: "0498e921",
            name: "Bank of Dave",
            links: null,
            tags: { uid: "1", gone: null }
          },
          connection: { ...connection, dataConnectionErrors: null, surprise: 1 }
        }
        const event = yield* eventOf(body(`connection.${what}`, payload))
        assert(event._tag === "Connection")
        assert.strictEqual(event.eventType, `connection.${what}`)
        assert.strictEqual(event.id, "msg_1")
        assert.strictEqual(DateTime.formatIso(event.timestamp), "2024-08-08T17:10:34.000Z")
        assert.strictEqual(event.eventId, "ba29118f-5406-4e59-b05c-ba307ca38d01")
        assert.strictEqual(
          event.generatedDate && DateTime.formatIso(event.generatedDate),
          "2024-08-08T17:10:34.015Z"
        )
        assert.deepStrictEqual(event.payload.referenceCompany, {
          id: "0498e921",
          name: "Bank of Dave",
          tags: { uid: "1" }
        })
        const { created, lastSync, ...rest } = event.payload.connection
        assert.strictEqual(created && DateTime.formatIso(created), "2022-10-27T09:53:29.000Z")
        assert.strictEqual(lastSync && DateTime.formatIso(lastSync), "2022-10-27T10:22:43.646Z")
        const { created: _, lastSync: __, ...sent } = connection
        assert.deepStrictEqual<object>(rest, sent)
      }
    })
  )

  it.effect("of a connection keep a status that is new", () =>
    Effect.gen(function* () {
      const event = yield* eventOf(
        body("connection.failed", { connection: { ...connection, status: "Expired" } })
      )
      assert(event._tag === "Connection")
      assert.strictEqual<string | undefined>(event.payload.connection.status, "Expired")
    })
  )

  it.effect("of a company", () =>
    Effect.gen(function* () {
      for (const eventType of ["company.created", "company.deleted"] as const) {
        const event = yield* eventOf(
          body(eventType, {
            id: "0498e921",
            name: "Bank of Dave",
            description: null,
            redirect: "https://link.codat.io/company/0498e921",
            lastSync: null,
            created: "2022-01-01",
            tags: null,
            products: ["lending"],
            referenceParentCompany: null,
            referenceSubsidiaryCompanies: [{ id: "1", name: null }]
          })
        )
        assert(event._tag === "Company")
        assert.strictEqual(event.eventType, eventType)
        const { created, ...rest } = event.payload
        assert.strictEqual(created && DateTime.formatIso(created), "2022-01-01T00:00:00.000Z")
        assert.deepStrictEqual<object>(rest, {
          id: "0498e921",
          name: "Bank of Dave",
          redirect: "https://link.codat.io/company/0498e921",
          products: ["lending"],
          referenceSubsidiaryCompanies: [{ id: "1" }]
        })
      }
    })
  )

  it.effect("of the quota, also where its date is not a time", () =>
    Effect.gen(function* () {
      const reached = yield* eventOf(
        body("client.rateLimit.reached", {
          dailyQuota: 12000,
          quotaRemaining: 0,
          expiryDate: "2024-09-01T12:14:14Z"
        })
      )
      assert(reached._tag === "RateLimit")
      assert.strictEqual(reached.payload.quotaRemaining, 0)
      assert.strictEqual(
        reached.payload.expiryDate && DateTime.formatIso(reached.payload.expiryDate),
        "2024-09-01T12:14:14.000Z"
      )
      // Codat's own example of this event.
      const reset = yield* eventOf(
        body("client.rateLimit.reset", {
          dailyQuota: 12000,
          quotaRemaining: 11993,
          expiryDate: "2024-09-01T23:59:99Z"
        })
      )
      assert.deepStrictEqual<unknown>(reset.payload, { dailyQuota: 12000, quotaRemaining: 11993 })
      const nothing = yield* eventOf(body("client.rateLimit.reset", { dailyQuota: null }))
      assert.deepStrictEqual<unknown>(nothing.payload, {})
    })
  )

  it.effect("of a type that is not known come through as they are", () =>
    Effect.gen(function* () {
      const payload = { id: "1", gone: null, deep: [{ a: null }] }
      for (const eventType of ["read.completed", "company.product.added", "constructor", "__proto__", ""]) {
        const event = yield* eventOf(body(eventType, payload))
        assert(event._tag === "Unrecognized")
        assert.strictEqual<string>(event.eventType, eventType)
        assert.deepStrictEqual(event.payload, payload)
      }
      const bare = yield* eventOf(`{"eventType":"x","id":null,"generatedDate":null}`)
      assert.deepStrictEqual(Object.keys(bare).sort(), ["_tag", "eventType", "id", "payload", "timestamp"])
    })
  )

  it.effect("encode to JSON and decode to the same", () =>
    Effect.gen(function* () {
      for (const content of [
        body("connection.connected", { connection }),
        deleted,
        body("client.rateLimit.reached", { dailyQuota: 1, expiryDate: "2024-09-01T12:14:14Z" }),
        body("read.completed", { a: [1] })
      ]) {
        const event = yield* eventOf(content)
        const json = JSON.stringify(yield* Schema.encodeEffect(WebhookEvent)(event))
        assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(WebhookEvent)(JSON.parse(json)), event)
      }
    })
  )

  it.effect("that are not what Codat promises say where", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [string | Uint8Array, string]> = [
        ["", ""],
        ["{", ""],
        ["null", ""],
        ["[]", ""],
        ["1", ""],
        [deleted.slice(0, 40), ""],
        [new TextEncoder().encode(`{"eventType":"x?"}`).map((byte) => (byte === 0x3f ? 0xff : byte)), ""],
        ["[".repeat(100_000), ""],
        ["{}", "eventType"],
        [`{"eventType":1}`, "eventType"],
        [`{"eventType":"company.created"}`, "payload"],
        [`{"eventType":"company.created","payload":null}`, "payload"],
        [body("company.created", {}), "payload.id"],
        [body("company.created", { id: 1 }), "payload.id"],
        [body("company.created", { id: "1", created: "yesterday" }), "payload.created"],
        [body("company.created", { id: "1", products: ["a", 1] }), "payload.products[1]"],
        [body("connection.created", { referenceCompany: {} }), "payload.connection"],
        [body("connection.created", { connection: { ...connection, id: null } }), "payload.connection.id"],
        [body("client.rateLimit.reset", { dailyQuota: "many" }), "payload.dailyQuota"],
        [body("x", 1, { id: 1 }), "id"],
        [body("x", 1, { generatedDate: "2024-02-30" }), "generatedDate"]
      ]
      for (const [content, path] of cases) {
        const reason = is(yield* reasonOf(eventOf(content)), "InvalidPayload")
        assert.strictEqual(reason.path, path)
        assert.isNotEmpty(reason.expected)
      }
    })
  )

  it.effect("are decoded whatever is nested in them", () =>
    Effect.gen(function* () {
      const event = yield* eventOf(`{"eventType":"x","payload":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)
      assert.strictEqual(event._tag, "Unrecognized")
    })
  )
})

describe("errors", () => {
  it.effect("quote neither secret, signature nor payload, however they are shown", () =>
    Effect.gen(function* () {
      yield* atNow
      const mark = "MARK"
      const marked = Redacted.make(`whsec_${mark}${mark}`)
      const signed = yield* Webhook.sign({ secret: marked, id: mark, body: `"${mark}"` })
      const verify = (headers: object, content = `"${mark}"`, key = marked) =>
        Webhook.verify({ secret: key, headers: { ...signed, ...headers }, body: content })
      const exits = yield* Effect.forEach(
        [
          verify({ "webhook-id": "" }),
          verify({ "webhook-timestamp": mark }),
          verify({ "webhook-timestamp": "1" }),
          verify({ "webhook-signature": `v1,${mark}` }),
          verify({}, "x"),
          verify({}),
          verify({}, undefined, Redacted.make(`${mark}!`)),
          eventOf(`{"eventType":"${mark}","generatedDate":"${mark}"}`),
          eventOf(body("company.created", { id: { [mark]: mark } })),
          eventOf(mark)
        ],
        Effect.exit
      )
      assert.strictEqual(Arr.dedupe(exits.map((exit) => JSON.stringify(exit))).length > 5, true)
      for (const exit of exits) {
        assert(Exit.isFailure(exit))
        const error = Cause.findErrorOption(exit.cause)
        assert(error._tag === "Some" && isWebhookError(error.value))
        for (const shown of [
          inspect(exit, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
          inspect(error.value, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
          JSON.stringify(exit),
          JSON.stringify(error.value),
          Cause.pretty(exit.cause),
          String(error.value),
          error.value.message,
          String(error.value.stack)
        ]) {
          assert.notInclude(shown, mark)
        }
      }
    })
  )

  it.effect("cross a process boundary as JSON", () =>
    Effect.gen(function* () {
      yield* atNow
      const signed = yield* Webhook.sign({ secret, id: "msg_1", body: deleted })
      const headers = { ...signed, "webhook-timestamp": "1" }
      const error = yield* Effect.flip(Webhook.verify({ secret, headers, body: deleted }))
      const json = JSON.stringify(yield* Schema.encodeEffect(WebhookError)(error))
      const back = yield* Schema.decodeUnknownEffect(WebhookError)(JSON.parse(json))
      assert.strictEqual(back.message, error.message)
      assert.strictEqual(back.cause._tag, "TimestampOutOfRange")
    })
  )

  const json = fc.json()
  const header = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.array(fc.string()),
    fc.constant(undefined),
    fc.constantFrom("v1,", "v1,AAAA v1,AAAA", "0", "1723137034", "__proto__")
  )
  const headers = fc.oneof(
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("webhook-id", "WEBHOOK-ID", "__proto__")), header),
    fc.record({ "webhook-id": header, "webhook-timestamp": header, "webhook-signature": header })
  )
  const content = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 200 }), json)

  it("nothing that a sender can send is a defect or verifies", () =>
    fc.assert(
      fc.asyncProperty(
        headers,
        content,
        fc.oneof(fc.constant(text), fc.string()),
        async (headers, body, key) => {
          const exit = await Effect.runPromiseExit(
            Webhook.verify({ secret: Redacted.make(key), headers, body, tolerance: Duration.infinity })
          )
          assert(Exit.isFailure(exit) && !Cause.hasDies(exit.cause))
        }
      ),
      { numRuns: 300 }
    ))

  it("nothing that is signed is a defect", () => {
    const value = fc.jsonValue()
    const nullish = fc.oneof(value, fc.constant(null), fc.constant(connection))
    const bodies = fc.oneof(
      content,
      fc
        .record(
          {
            id: value,
            eventType: fc.oneof(
              fc.constantFrom("connection.created", "company.created", "client.rateLimit.reset", "x"),
              value
            ),
            generatedDate: fc.oneof(value, fc.constant("2024-08-08T17:10:34.015Z")),
            payload: fc.oneof(
              value,
              fc.record({ connection: nullish, referenceCompany: nullish }),
              fc.record({ id: fc.string(), tags: nullish, created: nullish, products: nullish }),
              fc.record({ dailyQuota: nullish, expiryDate: nullish })
            )
          },
          { requiredKeys: [] }
        )
        .map((o) => JSON.stringify(o))
    )
    return fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const exit = await Effect.runPromiseExit(eventOf(body))
        if (Exit.isSuccess(exit)) return assert.strictEqual(exit.value.id, "msg_1")
        assert.isFalse(Cause.hasDies(exit.cause))
        const error = Cause.findErrorOption(exit.cause)
        assert(error._tag === "Some" && error.value.reason._tag === "InvalidPayload")
      }),
      { numRuns: 300 }
    )
  })
})
