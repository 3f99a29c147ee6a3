import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Array as Arr, Cause, Duration, Effect, Exit, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as Webhook from "effect-codat/Webhook"
import { isWebhookError, WebhookError } from "effect-codat/WebhookError"
import { WebhookEvent } from "effect-codat/WebhookEvent"
import * as fc from "fast-check"
import { watched } from "../support/Fake.ts"
import { anyText } from "../support/text.ts"
import {
  atNow,
  body,
  connection,
  deleted,
  eventOf,
  is,
  now,
  reasonOf,
  secret,
  text
} from "../support/Webhooks.ts"

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

describe("spans", () => {
  it.effect("of verify say the message and the type of its event, escaped", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        yield* eventOf(deleted)
        yield* eventOf(body("x\n\u001b[31m", {}))
        yield* Effect.exit(Webhook.verify({ secret, headers: {}, body: deleted }))
        const headers = yield* Webhook.sign({ secret, id: "msg\u001b", body: deleted })
        yield* Webhook.verify({ secret, headers, body: deleted })
        const attributes = spans
          .filter(({ name }) => name === "Webhook.verify")
          .map((span) => Object.fromEntries(span.attributes))
        assert.lengthOf(attributes, 4)
        assert.deepInclude(attributes[0], {
          "codat.webhook.id": "msg_1",
          "codat.webhook.event": "company.deleted"
        })
        assert.deepInclude(attributes[1], { "codat.webhook.event": String.raw`x\u000a\u001b[31m` })
        assert.notProperty(attributes[2], "codat.webhook.id")
        assert.deepInclude(attributes[3], { "codat.webhook.id": String.raw`msg\u001b` })
      })
    )
  )
})

describe("errors", () => {
  it.effect("quote neither secret, signature nor payload, however they are shown", () =>
    Effect.gen(function* () {
      yield* atNow
      const mark = "MARK"
      const marked = Redacted.make(`whsec_${mark.repeat(8)}`)
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
          eventOf(`{"eventType":["${mark}"],"generatedDate":"${mark}"}`),
          eventOf(`["${mark}"]`),
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
    anyText(),
    fc.array(fc.string()),
    fc.constant(undefined),
    fc.constantFrom("v1,", "v1,AAAA v1,AAAA", "0", "1723137034", "__proto__")
  )
  const headers = fc.oneof(
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("webhook-id", "WEBHOOK-ID", "__proto__")), header),
    fc.record({ "webhook-id": header, "webhook-timestamp": header, "webhook-signature": header })
  )
  const content = fc.oneof(anyText(), fc.uint8Array({ maxLength: 200 }), json)

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

  const Json = Schema.fromJsonString(WebhookEvent)

  it("nothing that is signed is a defect, and every event goes through JSON", () => {
    const value = fc.jsonValue()
    const nullish = fc.oneof(value, fc.constant(null), fc.constant(connection))
    const bodies = fc.oneof(
      content,
      fc
        .record(
          {
            id: value,
            eventType: fc.oneof(
              fc.constantFrom(
                "connection.created",
                "company.created",
                "company.product.added",
                "read.completed",
                "bills.write.successful",
                "client.rateLimit.reset",
                "x"
              ),
              value
            ),
            generatedDate: fc.oneof(value, fc.constant("2024-08-08T17:10:34.015Z")),
            payload: fc.oneof(
              value,
              fc.record({ connection: nullish, referenceCompany: nullish }),
              fc.record({ id: fc.string(), tags: nullish, created: nullish, products: nullish }),
              fc.record({ dailyQuota: nullish, expiryDate: nullish }),
              fc.record({ id: fc.string(), status: fc.string(), record: nullish, requestedOnDate: nullish }),
              fc.record({ dataTypes: fc.array(fc.record({ dataType: fc.string(), issues: nullish })) })
            )
          },
          { requiredKeys: [] }
        )
        .map((o) => JSON.stringify(o))
    )
    return fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const exit = await Effect.runPromiseExit(watched(() => eventOf(body)))
        if (Exit.isSuccess(exit)) {
          assert.strictEqual(exit.value.id, "msg_1")
          const json = Schema.encodeSync(Json)(exit.value)
          assert.strictEqual(Schema.encodeSync(Json)(Schema.decodeSync(Json)(json)), json)
          return
        }
        assert.isFalse(Cause.hasDies(exit.cause))
        const error = Cause.findErrorOption(exit.cause)
        assert(error._tag === "Some" && error.value.reason._tag === "InvalidPayload")
      }),
      { numRuns: 300 }
    )
  })
})
