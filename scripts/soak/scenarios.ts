/**
 * A Codat that fails often, and counts of what was lost or doubled. `npm run soak` runs it at full size, the tests with
 * a tenth of the requests.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Connections, RateLimit, RetryPolicy, Sandbox } from "effect-codat"

/** The size of a run, and how many workers share it. */
export interface Size {
  readonly pages: number
  readonly pageSize: number
  readonly creates: number
  readonly workers: number
}

/** The rows that a list gave, compared with the rows that there are. */
export interface ListFigures {
  readonly expected: number
  readonly received: number
  readonly lost: number
  readonly doubled: number
  readonly inOrder: boolean
  readonly requests: number
  readonly faults: number
}

/** How many connections there are after so many creates. */
export interface CreateFigures {
  readonly asked: number
  readonly succeeded: number
  readonly made: number
  readonly requests: number
  readonly faults: number
}

/**
 * Short waits, and more attempts than by default: the retries of one worker can fall into step with the faults, as every
 * fifth request meets one, while the other workers send those between.
 */
const policy = RetryPolicy.make({ baseDelay: "5 millis", maxDelay: "50 millis", maxAttempts: 25 })

/** Far above what a soak can send: the limiter runs, but does not slow it down. */
const limiter = (workers: number) => RateLimit.layer({ requestsPerMinute: 10_000_000, concurrency: workers })

/** Every fifth request meets the next of these faults. */
const inRotation = (faults: ReadonlyArray<Sandbox.Fault>) => {
  let last: Sandbox.RecordedRequest | undefined
  let count = 0
  const turn = (request: Sandbox.RecordedRequest) => {
    if (request !== last) {
      last = request
      count++
    }
    return count % 5 === 0 ? (count / 5) % faults.length : undefined
  }
  return Effect.forEach(
    faults,
    (fault, index) =>
      Sandbox.fail({ ...fault, times: "always", match: (request) => turn(request) === index }),
    { discard: true }
  )
}

/** The faults of lists: a quota, an outage, a dead connection, half an answer, a gateway's page. */
export const listWeather = inRotation([
  { status: 429, retryAfter: 0 },
  { status: 503 },
  { kind: "reset" },
  { kind: "truncated" },
  { kind: "html" }
])

/** The fault of creates: the write takes place, and the connection breaks before the answer. */
export const createWeather = inRotation([{ kind: "reset", when: "after" }])

/** Streams a company whose server fails one request in five, by as many workers as share it. */
export const list = Effect.fnUntraced(function* (size: Size) {
  yield* Sandbox.clearFaults
  const expected = (yield* Sandbox.connections()).slice(0, size.pages * size.pageSize).map(({ id }) => id)
  yield* Sandbox.clearRequests
  yield* listWeather
  const share = Math.ceil(size.pages / size.workers)
  const parts = yield* Effect.forEach(
    Array.from({ length: size.workers }, (_, worker) => worker),
    (worker) =>
      Connections.pages({
        companyId: Sandbox.companyId,
        pageSize: size.pageSize,
        startPage: worker * share + 1
      }).pipe(
        Stream.take(Math.min(share, size.pages - worker * share)),
        Stream.runFold(
          () => [] as string[],
          (ids, page) => {
            for (const { id } of page.results) ids.push(id)
            return ids
          }
        )
      ),
    { concurrency: size.workers }
  ).pipe(RetryPolicy.withPolicy(policy), Effect.provide(limiter(size.workers)))
  const received = parts.flat()
  const seen = new Set(received)
  const requests = yield* Sandbox.requests
  const figures: ListFigures = {
    expected: expected.length,
    received: received.length,
    lost: expected.filter((id) => !seen.has(id)).length,
    doubled: received.length - seen.size,
    inOrder: received.every((id, index) => id === expected[index]),
    requests: requests.length,
    faults: requests.filter(({ faults }) => faults.length > 0).length
  }
  return figures
})

/** Creates connections where one write in five takes place and is not answered. */
export const create = Effect.fnUntraced(function* (size: Size) {
  yield* Sandbox.clearFaults
  const before = (yield* Sandbox.connections()).length
  yield* Sandbox.clearRequests
  yield* createWeather
  const made = yield* Effect.forEach(
    Array.from({ length: size.creates }),
    () => Connections.create({ companyId: Sandbox.companyId, platformKey: "gbol" }),
    { concurrency: size.workers }
  ).pipe(RetryPolicy.withPolicy(policy), Effect.provide(limiter(size.workers)))
  const requests = yield* Sandbox.requests
  const figures: CreateFigures = {
    asked: size.creates,
    succeeded: new Set(made.map(({ id }) => id)).size,
    made: (yield* Sandbox.connections()).length - before,
    requests: requests.length,
    faults: requests.filter(({ faults }) => faults.length > 0).length
  }
  return figures
})
