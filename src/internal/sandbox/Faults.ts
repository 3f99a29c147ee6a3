import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Body from "./Body.ts"
import type { Fault, HtmlFault, LatencyFault, StatusFault } from "./Fault.ts"
import type { RecordedRequest } from "./Journal.ts"
import * as Known from "./Known.ts"
import type { Prng } from "./Prng.ts"
import * as Reply from "./Reply.ts"

/** The faults that one request gets: any number of delays, and at most one other fault. */
export interface Picked {
  readonly kinds: RecordedRequest["faults"]
  /** Milliseconds of delay in front of Codat. */
  readonly gatewayDelay: number
  /** Milliseconds of delay inside Codat; `undefined` when there is none. */
  readonly originDelay: number | undefined
  readonly fault: Exclude<Fault, LatencyFault> | undefined
  /** Puts back the faults at the origin, for a request that was refused before it got there: it did not get them. */
  readonly giveBack: () => void
}

export interface Faults {
  readonly add: (fault: Fault) => void
  readonly pick: (request: RecordedRequest) => Picked
  /** The faults of a request that asks for one in its own header; none if the fault is for other requests. */
  readonly only: (fault: Fault, request: RecordedRequest) => Picked
  readonly all: () => ReadonlyArray<ArmedFault>
  readonly clear: () => void
}

/**
 * A fault that can still occur, and how often.
 *
 * @category models
 * @since 0.1.0
 */
export interface ArmedFault {
  readonly fault: Fault
  /** How many more matching requests are left alone first. */
  readonly skip: number
  /** How many more requests get the fault. */
  readonly left: number | "always"
}

interface Armed {
  readonly fault: Fault
  skip: number
  left: number
}

const matches = (fault: Fault, request: RecordedRequest): boolean =>
  (fault.operation === undefined || fault.operation === request.operation) &&
  (fault.method === undefined || fault.method === request.method) &&
  (fault.page === undefined || String(fault.page) === (request.query["page"] ?? "1")) &&
  (fault.match === undefined || fault.match(request))

const nothing: Picked = {
  kinds: [],
  gatewayDelay: 0,
  originDelay: undefined,
  fault: undefined,
  giveBack: () => {}
}

export const make = (random: Prng): Faults => {
  let armed: Array<Armed> = []

  const fires = (one: Armed, request: RecordedRequest): boolean => {
    if (one.left <= 0 || !matches(one.fault, request)) return false
    if (one.skip > 0) {
      one.skip--
      return false
    }
    if (one.fault.probability !== undefined && random.next() >= one.fault.probability) return false
    one.left--
    return true
  }

  return {
    add: (fault) => {
      const times = fault.times ?? (fault.probability === undefined ? 1 : "always")
      armed = armed.filter((one) => one.left > 0)
      armed.push({
        fault,
        skip: fault.skip ?? 0,
        left: times === "always" ? Number.POSITIVE_INFINITY : times
      })
    },
    pick: (request) => {
      if (armed.length === 0) return nothing
      const kinds: Array<RecordedRequest["faults"][number]> = []
      const atOrigin: Array<Armed> = []
      let gatewayDelay = 0
      let originDelay: number | undefined
      let fault: Picked["fault"]
      for (const one of armed) {
        if (!fires(one, request)) continue
        kinds.push(one.fault.kind ?? "status")
        if (placeOf(one.fault) === "origin") atOrigin.push(one)
        if (one.fault.kind === "latency") {
          const millis = Duration.toMillis(one.fault.duration)
          if (placeOf(one.fault) === "origin") originDelay = (originDelay ?? 0) + millis
          else gatewayDelay += millis
        } else {
          fault = one.fault
          break
        }
      }
      const giveBack = () => {
        for (const one of atOrigin) {
          one.left++
          kinds.splice(kinds.indexOf(one.fault.kind ?? "status"), 1)
        }
      }
      return { kinds, gatewayDelay, originDelay, fault, giveBack }
    },
    only: (fault, request) => {
      if (!fires({ fault, skip: fault.skip ?? 0, left: 1 }, request)) return nothing
      const kinds = [fault.kind ?? "status"]
      const isAtOrigin = placeOf(fault) === "origin"
      const giveBack = () => {
        if (isAtOrigin) kinds.pop()
      }
      if (fault.kind !== "latency") return { ...nothing, kinds, fault, giveBack }
      const millis = Duration.toMillis(fault.duration)
      return isAtOrigin
        ? { ...nothing, kinds, originDelay: millis, giveBack }
        : { ...nothing, kinds, gatewayDelay: millis }
    },
    all: () =>
      armed
        .filter((one) => one.left > 0)
        .map(({ fault, left, skip }) => ({
          fault,
          skip,
          left: left === Number.POSITIVE_INFINITY ? "always" : left
        })),
    clear: () => {
      armed = []
    }
  }
}

/** Reads a fault from JSON, in which null is the same as a property that is left out. */
export const fromJson = (text: string, operations: ReadonlyArray<string>): Result.Result<Fault, string> => {
  const value = Body.parse(text)
  if (!Body.isRecord(value)) return Result.fail("not a JSON object")
  const given = Object.entries(value).filter(([name, inner]) => inner !== null || name === "body")
  // A cast, because `invalid` checks it by the same rules as a fault from a program.
  const fault = Object.fromEntries(given) as unknown as Fault
  const message = invalid(fault, operations)
  return message === undefined ? Result.succeed(fault) : Result.fail(message)
}

const gatewayStatuses = new Set([401, 502, 503, 504])

/** Where a fault happens: its own `at`, or the default for its kind. */
export const placeOf = (fault: Fault): "gateway" | "origin" => {
  switch (fault.kind) {
    case undefined:
    case "status":
      return fault.at ?? (gatewayStatuses.has(fault.status) ? "gateway" : "origin")
    case "latency":
      return fault.at ?? "gateway"
    default:
      return "gateway"
  }
}

const ofTarget = ["operation", "method", "page", "match", "skip", "times", "probability", "kind"]

const ofKind: { readonly [K in NonNullable<Fault["kind"]>]: ReadonlyArray<string> } = {
  status: [
    "status",
    "at",
    "when",
    "retryAfter",
    "error",
    "detailedErrorCode",
    "canBeRetried",
    "body",
    "contentType",
    "headers"
  ],
  html: ["status", "when"],
  reset: ["when"],
  latency: ["duration", "at"],
  stall: ["when"],
  truncated: [],
  malformed: [],
  contentType: ["contentType"]
}

type Rule = readonly [isGood: (value: unknown) => boolean, text: string]

const oneOf = (...texts: ReadonlyArray<string>): Rule => [
  (value) => Predicate.isString(value) && texts.includes(value),
  `one of ${texts.join(", ")}`
]

const from = (least: number): Rule => [
  (value) => Number.isInteger(value) && Number(value) >= least,
  `a whole number, ${least} or more`
]

/** Whether HTTP can carry a text as the value of a header. */
const isHeader = (value: unknown): boolean =>
  Predicate.isString(value) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

const isHeaders = (value: unknown): boolean =>
  Body.isRecord(value) &&
  Object.entries(value).every(([name, text]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isHeader(text))

const isDuration = (value: unknown): boolean =>
  // A cast, because the function itself checks the value.
  Option.exists(Duration.fromInput(value as Duration.Input), Duration.isFinite)

/** What each property must be, because one that is not valid would have no effect, or break an answer. */
const rules: { readonly [name: string]: Rule } = {
  status: [
    (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
    "from 200 to 599"
  ],
  probability: [(value) => Predicate.isNumber(value) && value >= 0 && value <= 1, "from 0 to 1"],
  duration: [isDuration, "finite"],
  skip: from(0),
  times: [(value) => value === "always" || from(1)[0](value), `${from(1)[1]}, or always`],
  page: from(1),
  method: oneOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
  match: [Predicate.isFunction, "a function"],
  at: oneOf("gateway", "origin"),
  when: oneOf("before", "after"),
  canBeRetried: oneOf("True", "False", "Unknown"),
  retryAfter: [(value) => Predicate.isNumber(value) || isHeader(value), "a number, or the text of a header"],
  error: [Predicate.isString, "a text"],
  detailedErrorCode: [Predicate.isNumber, "a number"],
  contentType: [isHeader, "the text of a header"],
  headers: [isHeaders, "an object of headers"],
  body: [(value) => Result.isSuccess(Result.try(() => JSON.stringify(value))), "a value that JSON can hold"]
}

/** What is wrong with a fault, if anything. `operations` are the names that there are. */
export const invalid = (fault: Fault, operations: ReadonlyArray<string>): string | undefined => {
  const kind = fault.kind ?? "status"
  if (!Object.hasOwn(ofKind, kind)) return `kind must be one of ${Object.keys(ofKind).join(", ")}`
  const unknown = Known.unknown(fault, [...ofTarget, ...ofKind[kind]])
  if (unknown !== undefined) return unknown
  const { operation } = fault
  if (operation !== undefined && !operations.includes(operation)) {
    return `there is no operation ${operation}${Known.meant(String(operation), operations)}`
  }
  const required = kind === "status" ? "status" : kind === "latency" ? "duration" : undefined
  const values: { readonly [name: string]: unknown } = { ...fault }
  for (const [name, [isGood, text]] of Object.entries(rules)) {
    const value = values[name]
    if (value === undefined ? name === required : !isGood(value)) return `${name} must be ${text}`
  }
  return undefined
}

/** The answer of a {@link StatusFault}. */
export const statusAnswer = (fault: StatusFault, correlationId: () => string): Reply.Answer => {
  const answer = Reply.answer(
    Reply.problem(fault.status, fault.error ?? Reply.textOf(fault.status), {
      canBeRetried: fault.canBeRetried,
      detailedErrorCode: fault.detailedErrorCode
    }),
    correlationId
  )
  const headers: Record<string, string> = {}
  if (fault.retryAfter !== undefined) {
    headers["retry-after"] = String(fault.retryAfter)
    // Without `Retry-After`, "nothing remaining" would tell the client to wait until the daily quota resets.
    if (fault.status === 429) headers["x-rate-limit-remaining"] = "0"
  }
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers[name.toLowerCase()] = value
  return {
    ...answer,
    headers,
    contentType: fault.contentType ?? headers["content-type"] ?? answer.contentType,
    ...(fault.body === undefined
      ? undefined
      : { body: typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body) })
  }
}

/** The answer of an {@link HtmlFault}. */
export const htmlAnswer = (fault: HtmlFault): Reply.Answer => {
  const status = fault.status ?? 502
  const title = `${status} ${status === 502 ? "Bad Gateway" : status === 504 ? "Gateway Time-out" : "Error"}`
  return {
    status,
    contentType: "text/html",
    headers: {},
    body:
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n` +
      `<center><h1>${title}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n`
  }
}
