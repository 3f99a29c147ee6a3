/**
 * Reads the event in the body of a verified delivery.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidPayload } from "../../WebhookError.ts"
import {
  CompanyEventType,
  CompanyProductEventType,
  ConnectionEventType,
  RateLimitEventType,
  ReadEventType,
  WebhookEvent,
  WriteEventType
} from "../../WebhookEvent.ts"
import * as Decode from "../model/Decode.ts"
import { escapeControls } from "../Text.ts"

/** An event, and the faults of the body's parts that could not be read. */
export interface Read {
  readonly event: WebhookEvent
  readonly faults: ReadonlyArray<InvalidPayload>
}

/** A body in which only the type of the event has been checked. */
interface Parts {
  readonly id?: unknown
  readonly eventType: string
  readonly generatedDate?: unknown
  readonly payload?: unknown
}

const decodeParts = Decode.compile<Parts>(
  Schema.Struct({
    id: Schema.optional(Schema.Unknown),
    eventType: Schema.String,
    generatedDate: Schema.optional(Schema.Unknown),
    payload: Schema.optional(Schema.Unknown)
  })
)

const decodeEvent = Decode.compile(WebhookEvent)

const types: ReadonlyArray<readonly [WebhookEvent["_tag"], (eventType: string) => boolean]> = [
  ["Connection", Schema.is(ConnectionEventType)],
  ["Company", Schema.is(CompanyEventType)],
  ["CompanyProduct", Schema.is(CompanyProductEventType)],
  ["Read", Schema.is(ReadEventType)],
  ["Write", Schema.is(WriteEventType)],
  ["RateLimit", Schema.is(RateLimitEventType)]
]

const tagOf = (eventType: string): WebhookEvent["_tag"] =>
  types.find(([, isOfType]) => isOfType(eventType))?.[0] ?? "Unrecognized"

const parse = (body: string | Uint8Array): Result.Result<unknown, Decode.DecodeIssue> =>
  Result.try({
    try: () =>
      // The decoder leaves out a byte order mark, so a text may have one as well.
      JSON.parse(
        typeof body === "string"
          ? body.replace(/^\ufeff/, "")
          : new TextDecoder("utf-8", { fatal: true }).decode(body)
      ),
    // The parser's own message quotes the text.
    catch: () => ({ path: [], message: "Expected JSON in UTF-8" })
  })

const toInvalidPayload = ({ message, path }: Decode.DecodeIssue): InvalidPayload =>
  // A path can have property names from the body, such as the names of tags.
  new InvalidPayload({ path: escapeControls(Decode.formatPath(path)), expected: message })

/**
 * Reads the event, and where a part does not have the documented form, reads it again without that part: to refuse the
 * delivery would make Codat send it again and again.
 */
const readEvent = (
  envelope: { readonly id: string; readonly timestamp: string },
  tag: WebhookEvent["_tag"],
  { eventType, generatedDate, id: eventId, ...rest }: Parts,
  faults: ReadonlyArray<InvalidPayload> = []
): Result.Result<Read, InvalidPayload> => {
  const decoded = decodeEvent({ _tag: tag, ...envelope, eventId, eventType, generatedDate, ...rest })
  if (Result.isSuccess(decoded)) return Result.succeed({ event: decoded.success, faults })
  const at = decoded.failure.path[0]
  // The body calls the event's own id just `id`.
  const fault = toInvalidPayload(at === "eventId" ? { ...decoded.failure, path: ["id"] } : decoded.failure)
  const all = [...faults, fault]
  if (at === "eventId") return readEvent(envelope, tag, { eventType, generatedDate, ...rest }, all)
  if (at === "generatedDate") return readEvent(envelope, tag, { eventType, id: eventId, ...rest }, all)
  if (tag === "Unrecognized") return Result.fail(fault)
  return readEvent(envelope, "Unrecognized", { eventType, id: eventId, generatedDate, ...rest }, all)
}

/** The event in a body, or why it cannot be read. */
export const read = (
  id: string,
  timestamp: DateTime.Utc,
  body: string | Uint8Array
): Result.Result<Read, InvalidPayload> =>
  parse(body).pipe(
    Result.flatMap(decodeParts),
    Result.mapError(toInvalidPayload),
    Result.flatMap((parts) =>
      readEvent({ id, timestamp: DateTime.formatIso(timestamp) }, tagOf(parts.eventType), parts)
    )
  )
