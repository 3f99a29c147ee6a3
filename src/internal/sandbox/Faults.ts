/**
 * The faults that are waiting for a request, and the choice of those that a request gets.
 */
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Body from "./Body.ts"
import type { Fault, HtmlFault, LatencyFault, StatusFault } from "./Fault.ts"
import * as FaultSchema from "./FaultSchema.ts"
import type { RecordedRequest } from "./Journal.ts"
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
  /** The fault as it was given to `Sandbox.fail`. */
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
export const fromJson = (text: string): Result.Result<Fault, string> => {
  const value = Body.parse(text)
  if (!Body.isRecord(value)) return Result.fail("not a JSON object")
  const given = Object.entries(value).filter(([name, inner]) => inner !== null || name === "body")
  // A cast, because `invalid` checks it by the same rules as a fault from a program.
  const fault = Object.fromEntries(given) as unknown as Fault
  const message = FaultSchema.invalid(fault)
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

/** The response of a {@link StatusFault}. */
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

/** The response of an {@link HtmlFault}. */
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
