/**
 * The schemas of the faults: the properties of each kind, and what they must be. Faults from a program, from a header and
 * from a control over HTTP are checked by them, because a property that is not valid would have no effect.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Fault, FaultTarget } from "./Fault.ts"
import type { RecordedRequest } from "./Journal.ts"
import * as Known from "./Known.ts"
import { type FaultKind, type Operation, operations } from "./Model.ts"
import * as Must from "./Must.ts"

const optional = Schema.optional

const isOperation = Schema.makeFilter((name: string) =>
  operations.some((operation) => operation === name)
    ? undefined
    : `there is no operation ${name}${Known.meant(name, operations)}`
)

/** Text that HTTP can carry as the value of a header. */
const HeaderText = Must.be(
  "the text of a header",
  Schema.String.check(Schema.isPattern(/^[\t\x20-\x7e\x80-\xff]*$/))
)

const areNames = Schema.makeFilter((headers: object) =>
  Object.keys(headers).every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name))
)

const isJson = Schema.makeFilter((value) => Result.isSuccess(Result.try(() => JSON.stringify(value))))

const isDuration = (value: unknown): value is Duration.Input =>
  // A cast, because the function itself checks the value.
  Option.exists(Duration.fromInput(value as Duration.Input), Duration.isFinite)

const isPredicate = (value: unknown): value is (request: RecordedRequest) => boolean =>
  Predicate.isFunction(value)

const target = {
  // A cast, because the check lets no other text pass.
  operation: optional(
    Must.be(
      "the name of an operation",
      // Before the check: the description of a check that JSON Schema cannot express is not in the OpenAPI document.
      Schema.String.annotate({ description: "Only this operation, such as Connections.list" }).check(
        isOperation
      )
    )
  ) as unknown as Schema.optional<Schema.Codec<Operation, string>>,
  method: optional(
    Must.oneOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS").annotate({
      description: "Only this HTTP method"
    })
  ),
  page: optional(Must.atLeast(1, "Only this page of a list")),
  match: optional(Must.be("a function", Schema.declare(isPredicate))),
  skip: optional(Must.atLeast(0, "How many matching requests to leave alone first")),
  times: optional(
    Must.be(
      "a whole number, 1 or more, or always",
      Schema.Union([Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)), Schema.Literal("always")]),
      "How many requests get the fault; by default 1, or always with a probability"
    )
  ),
  probability: optional(
    Must.be(
      "from 0 to 1",
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      "The probability, from 0 to 1, that a request gets the fault"
    )
  )
} satisfies Must.Fields<FaultTarget>

const Status = Must.be(
  "from 200 to 599",
  Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
  "Of the kinds status and html"
)

const at = optional(Must.oneOf("gateway", "origin"))
const when = optional(Must.oneOf("before", "after"))
const contentType = optional(HeaderText)

/** The properties of each kind. */
const kinds = {
  status: {
    ...target,
    kind: optional(Schema.Literal("status")),
    status: Status,
    at,
    when,
    retryAfter: optional(
      Must.be("a number, or the text of a header", Schema.Union([Schema.Finite, HeaderText]))
    ),
    error: optional(Must.text),
    detailedErrorCode: optional(Must.be("a number", Schema.Finite)),
    canBeRetried: optional(Must.oneOf("True", "False", "Unknown")),
    body: optional(Must.be("a value that JSON can hold", Schema.Unknown.check(isJson))),
    contentType,
    headers: optional(
      Must.be("an object of headers", Schema.Record(Schema.String, HeaderText).check(areNames))
    )
  },
  html: { ...target, kind: Schema.Literal("html"), status: optional(Status), when },
  reset: { ...target, kind: Schema.Literal("reset"), when },
  latency: {
    ...target,
    kind: Schema.Literal("latency"),
    duration: Must.be("finite", Schema.declare(isDuration)),
    at
  },
  stall: { ...target, kind: Schema.Literal("stall"), when },
  truncated: { ...target, kind: Schema.Literal("truncated") },
  malformed: { ...target, kind: Schema.Literal("malformed") },
  contentType: { ...target, kind: Schema.Literal("contentType"), contentType }
} satisfies { readonly [K in FaultKind]: Must.Fields<Extract<Fault, { kind?: K | undefined }>> }

// In the order of the table.
const names = Object.keys(kinds) as ReadonlyArray<FaultKind>

export const Kind: Schema.Codec<FaultKind> = Must.oneOf(...names)

const { match: _, ...ofJson } = { ...kinds.contentType, ...kinds.latency, ...kinds.status, ...kinds.html }

/** A fault of any kind in JSON: all properties in one object, because the control checks which kind has which. */
export const FaultJson = Must.open({
  ...ofJson,
  kind: optional(Kind.annotate({ description: "status by default" })),
  duration: optional(
    Must.be(
      "finite",
      Schema.Union([Schema.Finite, Schema.String]),
      'Of the kind latency: milliseconds, or a text such as "5 seconds"'
    )
  )
}).annotate({ identifier: "Fault" })

const invalidOf: { readonly [K in FaultKind]: (fault: unknown) => string | undefined } = Record.map(
  kinds,
  (fields: { readonly [name: string]: Schema.Codec<unknown, unknown> }) =>
    Must.invalid("the fault", Must.open(fields))
)

/** What is wrong with a fault, if anything. */
export const invalid = (fault: Fault): string | undefined => {
  const { kind = "status" } = Predicate.isObject(fault) ? fault : {}
  return names.includes(kind) ? invalidOf[kind](fault) : `kind must be one of ${names.join(", ")}`
}
