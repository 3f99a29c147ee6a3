import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Redacted, Schema } from "effect"
import { dataTypeOf, isKnownWriteStatus, isKnownWriteType, WebhookEvent } from "effect-codat/WebhookEvent"
import { watched } from "../support/Fake.ts"
import { atNow, body, connection, deleted, eventOf, is, reasonOf } from "../support/Webhooks.ts"

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
        const { created, lastSync, linkUrl, ...rest } = event.payload.connection
        assert.strictEqual(Redacted.value(linkUrl), connection.linkUrl)
        assert.strictEqual(created && DateTime.formatIso(created), "2022-10-27T09:53:29.000Z")
        assert.strictEqual(lastSync && DateTime.formatIso(lastSync), "2022-10-27T10:22:43.646Z")
        const { created: _, lastSync: __, linkUrl: ___, ...sent } = connection
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
        const { created, redirect, ...rest } = event.payload
        assert.strictEqual(redirect && Redacted.value(redirect), "https://link.codat.io/company/0498e921")
        assert.notInclude(inspect(event, { depth: 9 }) + JSON.stringify(event), "link.codat.io")
        assert.strictEqual(created && DateTime.formatIso(created), "2022-01-01T00:00:00.000Z")
        assert.deepStrictEqual<object>(rest, {
          id: "0498e921",
          name: "Bank of Dave",
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
      for (const eventType of [
        "read.started",
        "company.product.renamed",
        "connection.paused",
        ".write.successful",
        "bills.write.started",
        "constructor",
        "__proto__",
        ""
      ]) {
        const event = yield* eventOf(body(eventType, payload))
        assert(event._tag === "Unrecognized")
        assert.strictEqual<string>(event.eventType, eventType)
        assert.deepStrictEqual(event.payload, payload)
      }
      const bare = yield* eventOf(`{"eventType":"x","id":null,"generatedDate":null}`)
      assert.deepStrictEqual(Object.keys(bare).sort(), ["_tag", "eventType", "id", "timestamp"])
    })
  )

  it.effect("encode to JSON and decode to the same", () =>
    Effect.gen(function* () {
      for (const content of [
        body("connection.connected", { connection }),
        deleted,
        body("client.rateLimit.reached", { dailyQuota: 1, expiryDate: "2024-09-01T12:14:14Z" }),
        body("company.created", { id: "1", redirect: "https://link.codat.io/x", ownerUserIds: ["2"] }),
        body("company.product.added", { id: "1", products: ["lending"] }),
        body("read.completed", { referenceCompany: { tags: { a: "b" } }, dataTypes: [{ status: "New" }] }),
        body("bills.write.unsuccessful", { id: "1", status: "Failed", record: null }),
        body("x.y", { a: [1] }),
        body("x.y", null),
        `{"eventType":"x.y"}`,
        `{"eventType":"company.created"}`
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
        [`{"eventType":1}`, "eventType"]
      ]
      for (const [content, path] of cases) {
        const reason = is(yield* reasonOf(eventOf(content)), "InvalidPayload")
        assert.strictEqual(reason.path, path)
        assert.isNotEmpty(reason.expected)
      }
    })
  )

  it.effect("may have a byte order mark, as text and as bytes", () =>
    Effect.gen(function* () {
      const marked = `\ufeff${deleted}`
      for (const content of [marked, new TextEncoder().encode(marked)]) {
        assert.strictEqual((yield* eventOf(content))._tag, "Company")
      }
    })
  )

  it.effect("are decoded whatever is nested in them", () =>
    Effect.gen(function* () {
      const event = yield* eventOf(`{"eventType":"x","payload":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)
      assert.strictEqual(event._tag, "Unrecognized")
    })
  )

  it.effect("of a known type whose payload has another form arrive as unrecognised, with a warning", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [string, string]> = [
        [`{"eventType":"company.created"}`, "payload"],
        [`{"eventType":"company.created","payload":null}`, "payload"],
        [body("company.created", {}), "payload.id"],
        [body("company.created", { id: 1 }), "payload.id"],
        [body("company.created", { id: "1", created: "yesterday" }), "payload.created"],
        [body("company.created", { id: "1", products: ["a", 1] }), "payload.products[1]"],
        [body("connection.created", { referenceCompany: {} }), "payload.connection"],
        [body("connection.created", { connection: { ...connection, id: null } }), "payload.connection.id"],
        [body("client.rateLimit.reset", { dailyQuota: "many" }), "payload.dailyQuota"],
        [
          body("read.completed", { dataTypes: [{}, { recordsModified: "MARK" }] }),
          "payload.dataTypes[1].recordsModified"
        ],
        [body("bills.write.successful", { id: "1", requestedOnDate: "MARK" }), "payload.requestedOnDate"],
        [body("company.product.removed", { name: "MARK" }), "payload.id"],
        [
          body("company.created", { id: "1", tags: { "\n\u001b[31m": 1 } }),
          String.raw`payload.tags.\u000a\u001b[31m`
        ]
      ]
      for (const [content, path] of cases) {
        yield* watched(({ lines }) =>
          Effect.gen(function* () {
            const event = yield* eventOf(content)
            const { eventType, payload } = JSON.parse(content)
            assert(event._tag === "Unrecognized")
            assert.strictEqual<string>(event.eventType, eventType)
            assert.deepStrictEqual(event.payload, payload)
            assert.lengthOf(lines, 1)
            const { annotations, level, message } = JSON.parse(lines[0] ?? "")
            assert.strictEqual(level, "WARN")
            assert.isTrue(
              message.startsWith(`webhook event does not have the documented form: ${path}: `),
              message
            )
            assert.deepStrictEqual(annotations, { webhookId: "msg_1", eventType })
            assert.notInclude(lines[0], "MARK")
          })
        )
      }
    })
  )

  it.effect("keep their payload when their id or their date has another form, with a warning", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        const event = yield* eventOf(
          body("company.deleted", { id: "1" }, { id: 1, generatedDate: "2024-02-30" })
        )
        assert.strictEqual(event._tag, "Company")
        assert.deepStrictEqual(Object.keys(event).sort(), ["_tag", "eventType", "id", "payload", "timestamp"])
        const messages = lines.map((line): string => JSON.parse(line).message)
        assert.lengthOf(messages, 2)
        assert.match(messages[0] ?? "", /: id: /)
        assert.match(messages[1] ?? "", /: generatedDate: /)
        const unreadable = yield* eventOf(body("company.deleted", 7, { id: 1, generatedDate: 2 }))
        assert.deepInclude(unreadable, { _tag: "Unrecognized", payload: 7 })
        assert.lengthOf(lines, 5)
      })
    )
  )

  it.effect("of a type that is not known log nothing", () =>
    watched(({ lines }) =>
      Effect.andThen(
        eventOf(body("connection.paused", 1)),
        Effect.sync(() => assert.lengthOf(lines, 0))
      )
    )
  )

  const reference = {
    id: "0498e921",
    name: "Toft stores",
    description: "Requested early access.",
    links: { portal: "https://app.codat.io/companies/0498e921/summary" }
  }

  it.effect("of a completed read", () =>
    Effect.gen(function* () {
      const issue = {
        type: "warning.validation",
        message: "Something does not look right.",
        links: {
          logs: "https://api.codat.io/companies/0498e921/sync/743ec94a/validation",
          portal: "https://app.codat.io/companies/0498e921/pull-history",
          readMore: "https://docs.codat.io/using-the-api/get-data-troubleshooting"
        }
      }
      for (const eventType of ["read.completed", "read.completed.initial"] as const) {
        const dataTypes = [
          {
            connectionId: "2e9d2c44",
            dataType: "invoices",
            recordsModified: false,
            status: "Complete",
            issues: [issue]
          },
          { connectionId: "2e9d2c44", dataType: "new-type", status: "NewStatus", issues: null, surprise: 1 }
        ]
        const event = yield* eventOf(
          body(eventType, {
            referenceCompany: reference,
            modifiedFromDate: "2022-10-23T00:00:00.000Z",
            dataTypes
          })
        )
        assert(event._tag === "Read")
        assert.strictEqual(event.eventType, eventType)
        const { modifiedFromDate, ...rest } = event.payload
        assert.strictEqual(
          modifiedFromDate && DateTime.formatIso(modifiedFromDate),
          "2022-10-23T00:00:00.000Z"
        )
        assert.deepStrictEqual<unknown>(rest, {
          referenceCompany: reference,
          dataTypes: [dataTypes[0], { connectionId: "2e9d2c44", dataType: "new-type", status: "NewStatus" }]
        })
      }
      const first = yield* eventOf(body("read.completed", { modifiedFromDate: null }))
      assert.deepStrictEqual<unknown>([first._tag, first.payload], ["Read", {}])
    })
  )

  it.effect("of a write, which say the data type", () =>
    Effect.gen(function* () {
      const payload = {
        id: "a9367074",
        type: "UploadAttachment",
        referenceCompany: reference,
        connectionId: "12571faf",
        requestedOnDate: "2023-05-03T10:00:00Z",
        completedOnDate: "2023-05-03T10:00:23Z",
        status: "Success",
        record: { id: "bil_1" },
        attachmentId: "att_1"
      }
      const event = yield* eventOf(body("bills.write.successful", payload))
      assert(event._tag === "Write")
      assert.strictEqual(event.eventType, "bills.write.successful")
      assert.strictEqual<string>(dataTypeOf(event), "bills")
      const { completedOnDate, requestedOnDate, ...rest } = event.payload
      assert.strictEqual(requestedOnDate && DateTime.formatIso(requestedOnDate), "2023-05-03T10:00:00.000Z")
      assert.strictEqual(completedOnDate && DateTime.formatIso(completedOnDate), "2023-05-03T10:00:23.000Z")
      const { completedOnDate: _, requestedOnDate: __, ...sent } = payload
      assert.deepStrictEqual<unknown>(rest, sent)
      const failed = yield* eventOf(
        body("banking-accounts.write.unsuccessful", {
          id: "a9367074",
          type: "Merge",
          status: "TimedOut",
          record: null,
          attachmentId: null
        })
      )
      assert(failed._tag === "Write")
      assert.strictEqual<string>(dataTypeOf(failed), "banking-accounts")
      assert.strictEqual<string>(dataTypeOf({ ...failed, eventType: "a.b.write.successful" }), "a.b")
      assert.deepStrictEqual<unknown>(failed.payload, { id: "a9367074", type: "Merge", status: "TimedOut" })
      assert.isTrue(isKnownWriteType("Create") && !isKnownWriteType("Merge"))
      assert.isTrue(isKnownWriteStatus("TimedOut") && !isKnownWriteStatus("timedOut"))
    })
  )

  it.effect("of a product of a company", () =>
    Effect.gen(function* () {
      for (const eventType of ["company.product.added", "company.product.removed"] as const) {
        const payload = {
          id: "0498e921",
          name: "Bank of Dave",
          productId: "lending",
          productName: "Lending",
          products: ["accounting", "lending"]
        }
        const event = yield* eventOf(body(eventType, { ...payload, description: null }))
        assert(event._tag === "CompanyProduct")
        assert.strictEqual(event.eventType, eventType)
        assert.deepStrictEqual(event.payload, payload)
      }
    })
  )
})
