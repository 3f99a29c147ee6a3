/**
 * Sees every answer of a sandbox on its way out.
 *
 * What a test orders in place of an answer is the test's own, and is left out: a body or a content type, a page of HTML,
 * half a body, a status that is no error.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Faults from "../../src/internal/sandbox/Faults.ts"
import type * as Gate from "../../src/internal/sandbox/Gate.ts"
import type * as Idempotency from "../../src/internal/sandbox/Idempotency.ts"
import type * as Reply from "../../src/internal/sandbox/Reply.ts"

/** An answer, as it goes out. */
export interface Answer {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly text: string
  /** Whether a test ordered this error, so that only its body is the sandbox's. */
  readonly isOrdered: boolean
}

type Ordered = Faults.Picked["fault"]

const decoder = new TextDecoder()

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

const answerOf = (
  { method, url }: HttpServerRequest.HttpServerRequest,
  { body, status }: HttpServerResponse.HttpServerResponse,
  fault: Ordered
): Answer => ({
  method,
  path: url.replace(/[?#].*$/, ""),
  status,
  text: body._tag === "Uint8Array" ? (body.text ?? decoder.decode(body.body)) : "",
  isOrdered: fault !== undefined
})

/** The gate of a sandbox, which tells of each answer that goes out through it. */
export const telling =
  (make: typeof Gate.make, tell: (answer: Answer) => void): typeof Gate.make =>
  (options) => {
    // What an idempotency key brings back may be what a test ordered at first.
    const kept = new WeakMap<Reply.Answer, Ordered>()
    return (operation, handler) => (params) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        let fault: Ordered
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
          },
          only: (ordered, recorded) => {
            const picked = options.faults.only(ordered, recorded)
            fault = picked.fault
            return picked
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
        const ordered = fault ?? first
        if (!isTheTests(ordered)) tell(answerOf(request, response, ordered))
        return response
      })
  }
