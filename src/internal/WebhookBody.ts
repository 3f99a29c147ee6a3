/**
 * From the body of a verified delivery to the event that it tells.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidPayload } from "../WebhookError.ts"
import { WebhookEvent } from "../WebhookEvent.ts"
import * as Decode from "./model/Decode.ts"
import { tagOf } from "./WebhookEventTypes.ts"

// The parts of the body are decoded with the rest of the event; this only finds out which event it is.
const decodeBody = Decode.compile(
  Schema.Struct({
    id: Schema.optional(Schema.Unknown),
    eventType: Schema.String,
    generatedDate: Schema.optional(Schema.Unknown),
    payload: Schema.optional(Schema.Unknown)
  })
)

const decodeEvent = Decode.compile(WebhookEvent)

const parse = (body: string | Uint8Array): Result.Result<unknown, Decode.DecodeIssue> =>
  Result.try({
    try: () =>
      JSON.parse(typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body)),
    // The parser's own message quotes the text.
    catch: () => ({ path: [], message: "Expected JSON in UTF-8" })
  })

/** The event in a body, or where the body is not what Codat promises. */
export const decode = (
  id: string,
  timestamp: DateTime.Utc,
  body: string | Uint8Array
): Result.Result<WebhookEvent, InvalidPayload> =>
  parse(body).pipe(
    Result.flatMap(decodeBody),
    Result.flatMap(({ id: eventId, eventType, generatedDate, payload }) =>
      Result.mapError(
        decodeEvent({
          _tag: tagOf(eventType),
          id,
          timestamp: DateTime.formatIso(timestamp),
          eventId,
          eventType,
          generatedDate,
          payload
        }),
        // In the body the event's id is just `id`.
        (fault) => (fault.path[0] === "eventId" ? { ...fault, path: ["id"] } : fault)
      )
    ),
    Result.mapError(
      ({ message, path }) => new InvalidPayload({ path: Decode.formatPath(path), expected: message })
    )
  )
