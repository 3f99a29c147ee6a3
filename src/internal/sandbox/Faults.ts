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
  /** Puts back the faults at the origin, for a request that was refused before it got there. */
  readonly giveBack: () => void
}

export interface Faults {
  readonly add: (fault: Fault) => void
  readonly pick: (request: RecordedRequest) => Picked
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
        for (const one of atOrigin) one.left++
      }
      return { kinds, gatewayDelay, originDelay, fault, giveBack }
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

/** The faults of a request that asks for one in its own header. */
export const only = (fault: Fault): Picked => {
  const kinds = [fault.kind ?? "status"] as const
  if (fault.kind !== "latency") return { ...nothing, kinds, fault }
  const millis = Duration.toMillis(fault.duration)
  return placeOf(fault) === "origin"
    ? { ...nothing, kinds, originDelay: millis }
    : { ...nothing, kinds, gatewayDelay: millis }
}

/** Reads a fault from JSON. */
export const fromJson = (text: string): Result.Result<Fault, string> => {
  const value = Body.parse(text)
  if (!Predicate.isObject(value) || Array.isArray(value)) return Result.fail("not a JSON object")
  // A cast, because `invalid` checks it by the same rules as a fault from a program.
  const fault = value as unknown as Fault
  const message = invalid(fault)
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

/** What is wrong with the operation of a fault, if anything. Under a wrong name, no request would ever get the fault. */
const wrongOperation = (
  { operation }: Fault,
  operations: ReadonlyArray<string> | undefined
): string | undefined => {
  if (operation === undefined || operations === undefined || operations.includes(operation)) return undefined
  const module = String(operation).replace(/\..*/, ".")
  const near = operations.filter((name) => name.startsWith(module))
  return `operation must be one of ${(near.length === 0 ? operations : near).join(", ")}`
}

/** What is wrong with a fault, if anything. */
export const invalid = (fault: Fault, operations?: ReadonlyArray<string>): string | undefined => {
  const kind = fault.kind ?? "status"
  const kinds = Object.keys(ofKind)
  if (!kinds.includes(kind)) return `kind must be one of ${kinds.join(", ")}`
  const unknown = Known.unknown(fault, [...ofTarget, ...ofKind[kind]])
  if (unknown !== undefined) return unknown
  if (kind === "status" && !("status" in fault)) return "status must be from 200 to 599"
  const count = (name: string, value: number | undefined, least: number) =>
    value === undefined || (Number.isInteger(value) && value >= least)
      ? undefined
      : `${name} must be a whole number, ${least} or more`
  const status = "status" in fault ? fault.status : undefined
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    return "status must be from 200 to 599"
  }
  if (fault.probability !== undefined && !(fault.probability >= 0 && fault.probability <= 1)) {
    return "probability must be from 0 to 1"
  }
  if (fault.kind === "latency") {
    const duration = Duration.fromInput(fault.duration)
    if (Option.isNone(duration) || !Duration.isFinite(duration.value)) return "duration must be finite"
  }
  if (fault.method !== undefined && !/^[A-Z]+$/.test(fault.method)) return "method must be in capitals"
  return (
    wrongOperation(fault, operations) ??
    count("skip", fault.skip, 0) ??
    count("times", fault.times === "always" ? undefined : fault.times, 1) ??
    count("page", fault.page, 1)
  )
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
