/**
 * Checks every answer of every sandbox in this process against the facts of Codat's specification, in whatever test.
 *
 * What a test orders in place of an answer is the test's own, and is not checked: a body or a content type, a page of
 * HTML, half a body, a status that is no error. Of any other ordered error the body is checked, and not whether the
 * operation documents its status.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import * as Faults from "../../src/internal/sandbox/Faults.ts"
import type * as Gate from "../../src/internal/sandbox/Gate.ts"
import type * as Idempotency from "../../src/internal/sandbox/Idempotency.ts"
import type { Answer } from "../../src/internal/sandbox/Reply.ts"
import { faultsOf } from "./Conformance.ts"

type Ordered = Faults.Picked["fault"]

const decoder = new TextDecoder()

// The setup file runs again for each test file of a worker, and this module does not.
const found: Array<string> = []
let count = 0

/** How many answers have been checked in this worker. */
export const checked = (): number => count

/** Fails when an answer since the last time was not as described. */
export const tell = (): void => {
  const faults = new Set(found.splice(0))
  if (faults.size > 0) {
    throw new Error(
      `The sandbox gave answers that Codat's specification does not have:\n${[...faults].join("\n")}`
    )
  }
}

const isTheTests = (fault: Ordered): boolean => {
  if (fault === undefined) return false
  if (fault.kind !== undefined && fault.kind !== "status") return true
  const { body, contentType, headers, status } = fault
  return (
    status < 400 || body !== undefined || contentType !== undefined || headers?.["content-type"] !== undefined
  )
}

/** Whether the fault is what Codat itself answers, rather than what becomes of its answer. */
const isAtOrigin = (fault: Ordered): boolean => fault !== undefined && Faults.placeOf(fault) === "origin"

const check = (
  { method, url }: HttpServerRequest.HttpServerRequest,
  { body, status }: HttpServerResponse.HttpServerResponse,
  fault: Ordered
): void => {
  if (isTheTests(fault)) return
  count++
  const path = url.replace(/[?#].*$/, "")
  const text = body._tag === "Uint8Array" ? (body.text ?? decoder.decode(body.body)) : ""
  const answer = { method, path, status, text, isOrdered: fault !== undefined }
  for (const one of faultsOf(answer)) found.push(`${method} ${path} ${status}: ${one}`)
}

const ownFault = (request: HttpServerRequest.HttpServerRequest): Ordered => {
  const order = request.headers["x-sandbox-fault"]
  const fault = order === undefined ? undefined : Faults.fromJson(order)
  return fault !== undefined && Result.isSuccess(fault) && fault.success.kind !== "latency"
    ? fault.success
    : undefined
}

/** The gate of a sandbox, which checks what goes out through it. */
export const checking =
  (make: typeof Gate.make): typeof Gate.make =>
  (options) => {
    // What an idempotency key brings back may be what a test ordered at first.
    const kept = new WeakMap<Answer, Ordered>()
    return (operation, handler) => (params) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        let fault = ownFault(request)
        let first: Ordered
        const faults: Faults.Faults = {
          ...options.faults,
          pick: (recorded) => {
            const picked = options.faults.pick(recorded)
            fault = picked.fault
            const giveBack = () => {
              if (isAtOrigin(fault)) fault = undefined
              picked.giveBack()
            }
            return { ...picked, giveBack }
          }
        }
        const idempotency: Idempotency.Idempotency = {
          ...options.idempotency,
          find: (...args) => {
            const known = options.idempotency.find(...args)
            if (known._tag === "Kept") first = kept.get(known.answer)
            if (known._tag !== "New") return known
            const keep: typeof known.keep = (answer, now) => {
              kept.set(answer, isAtOrigin(fault) ? fault : undefined)
              known.keep(answer, now)
            }
            return { ...known, keep }
          }
        }
        // A gate has no state beside its options, so that each request can have one of its own.
        const response = yield* make({ ...options, faults, idempotency })(operation, handler)(params)
        check(request, response, fault ?? first)
        return response
      })
  }
