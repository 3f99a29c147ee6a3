/**
 * Whatever Codat's specification allows an event to be is read without a loss, and survives a queue; one fault in it
 * costs no more than its part.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { WebhookEvent } from "effect-codat/WebhookEvent"
import * as fc from "fast-check"
import * as Decode from "../../src/internal/model/Decode.ts"
import { escapeControls } from "../../src/internal/Text.ts"
import {
  anyOf,
  describedOf,
  difference,
  type Json,
  placesOf,
  replaced,
  type Shape,
  shapeOf,
  write
} from "../support/Described.ts"
import { watched } from "../support/Fake.ts"
import facts from "../support/openapi-facts.json" with { type: "json" }
import { eventOf } from "../support/Webhooks.ts"

/** What the library requires although the specification does not. */
const isAlways = (name: string, shape: Shape): boolean =>
  name === "payload" ||
  name === "eventType" ||
  name === "connection" ||
  (name === "id" &&
    shape.kind === "object" &&
    !("eventType" in shape.properties) &&
    !("links" in shape.properties))

type Body = { readonly [name: string]: Json }

const Queued = Schema.fromJsonString(WebhookEvent)

for (const [name, schema] of Object.entries(facts.webhooks)) {
  const shape = shapeOf(schema)
  const eventType = name.replace("{dataType}", "bills")
  const body = anyOf(shape, isAlways).map((value) => ({ ...(value as Body), eventType }))

  describe(`an event of the type ${name}`, () => {
    it("that is described is read without a loss, and comes out of a queue as it went in", () =>
      fc.assert(
        fc.asyncProperty(body, fc.boolean(), (content, twice) =>
          Effect.runPromise(
            watched(({ lines }) =>
              Effect.gen(function* () {
                const event = yield* eventOf(write(content, twice))
                assert.notStrictEqual(event._tag, "Unrecognized", lines.join("\n"))
                const {
                  _tag,
                  id: _,
                  timestamp: __,
                  eventId,
                  ...rest
                } = yield* Schema.encodeEffect(WebhookEvent)(event)
                const read = JSON.parse(
                  write({ ...rest, ...(eventId === undefined ? {} : { id: eventId }) } as Json)
                )
                assert.isUndefined(difference(describedOf(read, shape), describedOf(content, shape)))
                const queued = yield* Schema.encodeEffect(Queued)(event)
                const again = yield* Schema.decodeEffect(Queued)(queued)
                assert.deepStrictEqual(yield* Schema.encodeEffect(Queued)(again), queued)
              })
            )
          )
        ),
        { numRuns: 20 }
      ))

    it("with one fault arrives, with a warning that names its place", () =>
      fc.assert(
        fc.asyncProperty(body, fc.nat(), fc.nat(), (content, which, what) => {
          const places = placesOf(content, shape, isAlways).filter(
            ([path, wrongs]) => path.length > 0 && path[0] !== "eventType" && wrongs.length > 0
          )
          const [path, wrongs] = places[which % places.length] ?? [[], []]
          const wrong = wrongs[what % wrongs.length]
          const faulty = replaced(content, path, wrong) as Body
          return Effect.runPromise(
            watched(({ lines }) =>
              Effect.gen(function* () {
                const result = yield* Effect.result(eventOf(write(faulty)))
                const event = Result.getOrThrow(result)
                const at = escapeControls(Decode.formatPath(path))
                if (at === "payload.expiryDate") return assert.deepEqual(lines, [])
                // What Codat requires may be missing all the same, where the model does not need it.
                if ((wrong === null || wrong === undefined) && event._tag !== "Unrecognized") return
                const isWhole = path[0] !== "payload"
                assert.strictEqual(event._tag !== "Unrecognized", isWhole, at)
                if (event._tag === "Unrecognized")
                  assert.deepStrictEqual(event.payload, JSON.parse(write(faulty))["payload"])
                assert.lengthOf(lines, 1)
                assert.include(JSON.parse(lines[0] ?? "").message, `documented form: ${at}: `)
              })
            )
          )
        }),
        { numRuns: 20 }
      ))
  })
}
