import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Result } from "effect"
import { HttpServerRequest } from "effect/http"
import * as Webhook from "effect-codat/Webhook"
import type { WebhookError } from "effect-codat/WebhookError"
import { watched } from "../support/Fake.ts"
import { deleted, is, reasonOf, secret } from "../support/Webhooks.ts"

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
      assert.strictEqual(reason.message, "tolerance must be a duration of zero or more")
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

  const request = HttpServerRequest.fromWeb(
    new Request("http://localhost/", { method: "POST", body: deleted })
  )

  /** Each function that has options, called with these as well. */
  const calls = (more: object): Readonly<Record<string, Effect.Effect<unknown, WebhookError>>> => ({
    sign: Webhook.sign({ secret, id: "msg_1", body: deleted, ...more }),
    verify: Webhook.verify({ secret, headers: {}, body: deleted, ...more }),
    receive: Effect.provideService(
      Webhook.receive({ secret, ...more }),
      HttpServerRequest.HttpServerRequest,
      request
    ),
    dedupe: Webhook.dedupe(() => Effect.void, { ...more })
  })

  it.effect("that are undefined are not given, whatever their name", () =>
    Effect.gen(function* () {
      for (const [name, call] of Object.entries(calls({ other: undefined }))) {
        const result = yield* Effect.result(call)
        const tag = Result.isFailure(result) ? result.failure.reason._tag : "none"
        assert.strictEqual(tag, ["sign", "dedupe"].includes(name) ? "none" : "MissingHeader", name)
      }
    })
  )

  it.effect("that are not known are refused by name, with the nearest known one", () =>
    Effect.gen(function* () {
      const cases = [
        ["sign", "timeStamp", "timestamp"],
        ["sign", "secrets", "secret"],
        ["verify", "tolerence", "tolerance"],
        ["verify", "header", "headers"],
        ["verify", "TOLERANCE", "tolerance"],
        ["receive", "maxbodysize", "maxBodySize"],
        ["dedupe", "timeToLife", "timeToLive"],
        ["dedupe", "capacities", "capacity"]
      ] as const
      for (const [caller, field, nearest] of cases) {
        const call = calls({ [field]: 1 })[caller] ?? Effect.die(caller)
        const reason = is(yield* reasonOf(call), "InvalidOption")
        assert.strictEqual(reason.field, field)
        assert.strictEqual(
          reason.message,
          `${field} must be left out: there is no such option; did you mean ${nearest}?`
        )
      }
    })
  )

  it.effect("that are like none of the known ones are refused with all of these", () =>
    Effect.gen(function* () {
      for (const [caller, known] of Object.entries({
        sign: "secret, id, timestamp, body",
        verify: "secret, tolerance, headers, body",
        receive: "secret, tolerance, maxBodySize",
        dedupe: "capacity, timeToLive"
      })) {
        for (const field of ["xyz", "x".repeat(100_000), "\u001b[31m"]) {
          const call = calls({ [field]: 1 })[caller] ?? Effect.die(caller)
          const reason = is(yield* reasonOf(call), "InvalidOption")
          assert.strictEqual(reason.rule, `left out: there is no such option, only ${known}`)
          assert.isAtMost(reason.field.length, 69)
          assert.notInclude(reason.message, "\u001b")
        }
      }
    })
  )

  it.effect("of the handler are its own fault: 500, and an error in the log", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        const options = { secret, maxBodysize: 1 }
        const response = yield* Effect.provideService(
          Webhook.handler(() => Effect.void, options),
          HttpServerRequest.HttpServerRequest,
          request
        )
        assert.strictEqual(response.status, 500)
        assert.lengthOf(lines, 1)
        assert.include(lines[0], "ERROR")
        assert.include(
          lines[0],
          "maxBodysize must be left out: there is no such option; did you mean maxBodySize?"
        )
      })
    )
  )

  it.effect("break a rule that the failure tells", () =>
    Effect.gen(function* () {
      const cases = [
        ["sign", { id: 7 }, "id must be a string"],
        ["sign", { timestamp: new Date(0) }, "timestamp must be a DateTime"],
        ["verify", { headers: undefined }, "headers must be the headers of the request"],
        ["verify", { headers: "webhook-id: 1" }, "headers must be the headers of the request"],
        ["receive", { tolerance: "soon" }, "tolerance must be a duration of zero or more"],
        ["receive", { maxBodySize: "large" }, "maxBodySize must be a size, such as 1 MiB"],
        ["dedupe", { capacity: 0 }, "capacity must be a whole number from 1"],
        ["dedupe", { capacity: 1.5 }, "capacity must be a whole number from 1"],
        ["dedupe", { capacity: "9" }, "capacity must be a whole number from 1"],
        ["dedupe", { timeToLive: 0 }, "timeToLive must be a duration above zero"],
        ["dedupe", { timeToLive: "a day" }, "timeToLive must be a duration above zero"]
      ] as const
      for (const [caller, more, message] of cases) {
        const call = calls(more)[caller] ?? Effect.die(caller)
        assert.strictEqual(is(yield* reasonOf(call), "InvalidOption").message, message)
      }
      yield* Webhook.dedupe(() => Effect.void, { capacity: 1, timeToLive: Duration.infinity })
      yield* Webhook.dedupe(() => Effect.void, { timeToLive: 1 })
    })
  )

  it.effect("are an object", () =>
    Effect.gen(function* () {
      // What a program in plain JavaScript can pass.
      for (const none of [undefined, null, "secret", [secret]] as ReadonlyArray<unknown>) {
        const all: ReadonlyArray<Effect.Effect<unknown, WebhookError>> = [
          Webhook.sign(none as Webhook.SignOptions),
          Webhook.verify(none as Webhook.VerifyOptions),
          Webhook.dedupe(() => Effect.void, (none ?? null) as Webhook.DedupeOptions)
        ]
        for (const call of all) {
          const reason = is(yield* reasonOf(call), "InvalidOption")
          assert.strictEqual(reason.message, "options must be an object")
        }
      }
    })
  )
})
