/**
 * What a call does after a failed attempt: the pure function, without a clock and a network.
 */
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { CodatError, RetryPolicy } from "effect-codat"
import * as Retry from "../../src/internal/call/Retry.ts"

const status = (statusCode: number) => ({ statusCode, message: `error ${statusCode}` })
const reasons = {
  reset: new CodatError.Transport({ message: "gone", code: "ECONNRESET" }),
  refused: new CodatError.Transport({ message: "no server", code: "ECONNREFUSED" }),
  slow: new CodatError.Timeout({ bound: "attempt", duration: Duration.seconds(30) }),
  late: new CodatError.Timeout({ bound: "deadline", duration: Duration.seconds(30) }),
  400: new CodatError.BadRequest(status(400)),
  401: new CodatError.Unauthorized(status(401)),
  404: new CodatError.NotFound(status(404)),
  408: new CodatError.UnexpectedStatus(status(408)),
  409: new CodatError.Conflict(status(409)),
  "409 in progress": new CodatError.Conflict({ ...status(409), inProgress: true }),
  429: new CodatError.RateLimited(status(429)),
  500: new CodatError.ServerError(status(500)),
  503: new CodatError.ServerError(status(503)),
  "503 that says no": new CodatError.ServerError({ ...status(503), canBeRetried: "False" }),
  undecodable: new CodatError.InvalidResponse({ statusCode: 200, path: "", expected: "expected JSON" })
}
type Name = `${keyof typeof reasons}`

const policy = RetryPolicy.make({ jitter: "none" })
const rulesOf = (more: Partial<Retry.Rules> = {}): Retry.Rules => ({
  method: "GET",
  policy,
  isCallersKey: false,
  ...more
})
const failureOf = (reason: CodatError.Reason, more: Partial<Retry.Failure> = {}): Retry.Failure => ({
  reason,
  begunAt: 0,
  endedAt: 0,
  wasSent: true,
  random: 1,
  ...more
})

/** What is decided after each of some failures, one after another; the last decision is the one that counts. */
const decisionAfter = (
  names: ReadonlyArray<Name>,
  rules: Retry.Rules,
  failure: Partial<Retry.Failure> = {}
) => {
  let state = Retry.start(rules, 0)
  let decision: Retry.Decision | undefined
  for (const name of names) {
    decision = Retry.decide(rules, state, failureOf(reasons[name], failure))
    if (decision._tag === "Wait") state = decision.state
    else if (decision._tag === "Renew") state = Retry.renewed(decision.state, decision.reason).state
  }
  return decision ?? assert.fail("no failures")
}

const waitOf = (decision: Retry.Decision) =>
  decision._tag === "Wait" ? Duration.toMillis(decision.wait) : decision._tag

describe("after one failure", () => {
  const methods = ["GET", "PUT", "DELETE", "POST", "PATCH"]
  const wait = [500, 500, 500, 500, 500]
  const never = methods.map(() => "GiveUp")
  const table: ReadonlyArray<readonly [Name, ReadonlyArray<unknown>]> = [
    ["reset", wait],
    ["refused", wait],
    ["slow", wait],
    ["late", never],
    ["400", never],
    ["401", methods.map(() => "Renew")],
    ["404", never],
    ["408", [500, 500, 500, "GiveUp", "GiveUp"]],
    ["409", never],
    ["409 in progress", ["GiveUp", "GiveUp", "GiveUp", 500, 500]],
    ["429", wait],
    ["500", [500, 500, 500, "GiveUp", "GiveUp"]],
    ["503", wait],
    ["503 that says no", never],
    ["undecodable", never]
  ]
  for (const [name, expected] of table) {
    it(`by ${name}`, () => {
      assert.deepStrictEqual(
        methods.map((method) => waitOf(decisionAfter([name], rulesOf({ method })))),
        expected
      )
    })
  }
})

describe("waits", () => {
  const waits = (more: Partial<RetryPolicy.Policy>, failure: Partial<Retry.Failure> = {}) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((count) =>
      waitOf(
        decisionAfter(
          Array.from({ length: count }, () => "503" as const),
          rulesOf({ policy: { ...policy, ...more } }),
          failure
        )
      )
    )

  it("double to the default cap of 20 seconds", () => {
    assert.deepStrictEqual(
      waits({ maxAttempts: 100 }),
      [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000, 20_000]
    )
  })

  it("of the patient double to two minutes, nine times", () => {
    assert.deepStrictEqual(waits({ ...RetryPolicy.patient, jitter: "none" }), [
      1000,
      2000,
      4000,
      8000,
      16_000,
      32_000,
      64_000,
      120_000,
      120_000,
      "GiveUp"
    ])
  })

  it("with jitter are a random part of that", () => {
    assert.deepStrictEqual(waits({ maxAttempts: 4, jitter: "full" }, { random: 0.25 }).slice(0, 4), [
      125,
      250,
      500,
      "GiveUp"
    ])
    assert.strictEqual(waits({ jitter: "full" }, { random: 0 })[0], 0)
  })

  it("are what the answer says at least, up to what the policy allows", () => {
    const said = (seconds: number, more: Partial<RetryPolicy.Policy> = {}) => {
      const rules = rulesOf({ policy: { ...policy, ...more } })
      const reason = new CodatError.RateLimited({ ...status(429), retryAfter: Duration.seconds(seconds) })
      return waitOf(Retry.decide(rules, Retry.start(rules, 0), failureOf(reason)))
    }
    assert.strictEqual(said(0), 500)
    assert.strictEqual(said(7), 7000)
    assert.strictEqual(said(60), 60_000)
    assert.strictEqual(said(61), "GiveUp")
    assert.strictEqual(said(61, { maxRetryAfter: "2 minutes" }), 61_000)
    assert.strictEqual(said(0, { baseDelay: 0 }), 0)
  })
})

describe("bounds", () => {
  it("maxAttempts counts the first, but not the one that newer credentials bring", () => {
    const rules = rulesOf({ policy: { ...policy, maxAttempts: 2 } })
    assert.strictEqual(waitOf(decisionAfter(["503"], rules)), 500)
    assert.strictEqual(waitOf(decisionAfter(["503", "503"], rules)), "GiveUp")
    assert.strictEqual(waitOf(decisionAfter(["401", "503"], rules)), 500)
    assert.strictEqual(waitOf(decisionAfter(["401", "503", "503"], rules)), "GiveUp")
    assert.strictEqual(waitOf(decisionAfter(["503"], rulesOf({ policy: RetryPolicy.none }))), "GiveUp")
  })

  it("a wait that would end at the deadline, or after it, does not begin", () => {
    const rules = rulesOf({ policy: { ...policy, deadline: 2000 } })
    const at = (endedAt: number) => waitOf(decisionAfter(["503"], rules, { endedAt }))
    assert.deepStrictEqual([at(1499), at(1500), at(1501)], [500, "GiveUp", "GiveUp"])
  })

  it("`while` ends the retrying and is asked only where there could be another attempt", () => {
    const asked: Array<string> = []
    const rules = rulesOf({
      policy: {
        ...policy,
        while: (reason) => {
          asked.push(reason._tag)
          return reason._tag !== "Transport"
        }
      }
    })
    assert.deepStrictEqual(
      (["503", "reset", "404"] as const).map((name) => waitOf(decisionAfter([name], rules))),
      [500, "GiveUp", "GiveUp"]
    )
    assert.deepStrictEqual(asked, ["ServerError", "Transport"])
  })
})

describe("a 401", () => {
  it("asks for newer credentials once, and only when credentials were sent", () => {
    assert.strictEqual(decisionAfter(["401"], rulesOf())._tag, "Renew")
    assert.strictEqual(decisionAfter(["401", "401"], rulesOf())._tag, "GiveUp")
    assert.strictEqual(decisionAfter(["401"], rulesOf(), { wasSent: false })._tag, "GiveUp")
  })

  it("is final where there are no newer ones, and the attempt is told of once", () => {
    const rules = rulesOf()
    const failure = failureOf(reasons[401])
    const renew = Retry.decide(rules, Retry.start(rules, 0), failure)
    assert(renew._tag === "Renew")
    const end = Retry.notRenewed(rules, renew.state, failure)
    assert(end._tag === "GiveUp")
    assert.deepEqual(end.attempts, [{ reason: "Unauthorized", statusCode: 401, wait: Duration.zero }])
  })
})

describe("a DELETE that meets 404", () => {
  const table: ReadonlyArray<readonly [ReadonlyArray<Name>, Partial<Retry.Failure>, string]> = [
    [["404"], {}, "GiveUp"],
    [["reset", "404"], {}, "Done"],
    [["slow", "404"], {}, "Done"],
    [["500", "404"], {}, "Done"],
    [["503", "404"], {}, "Done"],
    [["408", "404"], {}, "Done"],
    [["refused", "404"], {}, "GiveUp"],
    [["429", "404"], {}, "GiveUp"],
    [["refused", "reset", "404"], {}, "Done"],
    [["reset", "refused", "404"], {}, "Done"],
    [["slow", "404"], { wasSent: false }, "GiveUp"]
  ]
  for (const [names, failure, expected] of table) {
    it(`after ${names.join(", ")}${failure.wasSent === false ? ", none of them sent," : ""} is ${expected}`, () => {
      assert.strictEqual(decisionAfter(names, rulesOf({ method: "DELETE" }), failure)._tag, expected)
    })
  }

  it("only: no other method takes it for done", () => {
    for (const method of ["GET", "PUT", "POST", "PATCH"]) {
      assert.strictEqual(decisionAfter(["reset", "404"], rulesOf({ method }))._tag, "GiveUp", method)
    }
  })

  it("takes the codes of every runtime for a server that was never reached", () => {
    const rules = rulesOf({ method: "DELETE" })
    for (const code of [
      "ECONNREFUSED",
      "ENOTFOUND",
      "EAI_AGAIN",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "UND_ERR_CONNECT_TIMEOUT",
      "ConnectionRefused",
      "CERT_HAS_EXPIRED"
    ]) {
      const failed = Retry.decide(
        rules,
        Retry.start(rules, 0),
        failureOf(new CodatError.Transport({ message: "no", code }))
      )
      assert(failed._tag === "Wait")
      assert.strictEqual(Retry.decide(rules, failed.state, failureOf(reasons[404]))._tag, "GiveUp", code)
    }
  })
})

describe("a 409", () => {
  const waitAfter = (method: string, names: ReadonlyArray<Name>, isCallersKey = false) =>
    waitOf(decisionAfter(names, rulesOf({ method, isCallersKey })))

  it("is about the key when an earlier request under it may be running", () => {
    for (const method of ["POST", "PATCH"]) {
      assert.strictEqual(waitAfter(method, ["409"]), "GiveUp")
      assert.strictEqual(waitAfter(method, ["reset", "409"]), 1000)
      assert.strictEqual(waitAfter(method, ["refused", "409"]), "GiveUp")
      assert.strictEqual(waitAfter(method, ["409"], true), 500)
    }
    for (const method of ["GET", "PUT", "DELETE"]) {
      assert.strictEqual(waitAfter(method, ["reset", "409"], true), "GiveUp", method)
    }
  })

  it("keeps what Codat said", () => {
    const decision = decisionAfter(["409"], rulesOf({ method: "POST", isCallersKey: true }))
    assert(decision._tag === "Wait" && decision.reason._tag === "Conflict")
    assert.isTrue(decision.reason.inProgress)
    assert.strictEqual(decision.reason.message, "error 409")
  })
})

describe("a key that Codat keeps for 90 minutes", () => {
  const lifetime = 90 * 60_000
  const patient = { ...policy, maxAttempts: 100, baseDelay: 0, maxDelay: 0 }
  const deadlineAfter = (name: Name, method: string, failure: Partial<Retry.Failure> = {}) => {
    const decision = decisionAfter([name], rulesOf({ method, policy: patient }), {
      begunAt: 1000,
      ...failure
    })
    return decision._tag === "Wait" ? decision.state.deadline : decision._tag
  }

  it("bounds a write from the first attempt that may have taken place on", () => {
    for (const method of ["POST", "PATCH"]) {
      assert.strictEqual(deadlineAfter("reset", method), 1000 + lifetime)
      assert.strictEqual(deadlineAfter("slow", method), 1000 + lifetime)
      assert.strictEqual(deadlineAfter("refused", method), Number.POSITIVE_INFINITY)
      assert.strictEqual(deadlineAfter("429", method), Number.POSITIVE_INFINITY)
      assert.strictEqual(deadlineAfter("reset", method, { wasSent: false }), Number.POSITIVE_INFINITY)
    }
    assert.strictEqual(deadlineAfter("reset", "GET"), Number.POSITIVE_INFINITY)
    assert.strictEqual(deadlineAfter("reset", "PUT"), Number.POSITIVE_INFINITY)
  })

  it("is counted from the first of several such attempts", () => {
    const rules = rulesOf({ method: "POST", policy: patient })
    const first = Retry.decide(rules, Retry.start(rules, 0), failureOf(reasons.reset, { begunAt: 1000 }))
    assert(first._tag === "Wait")
    const second = Retry.decide(rules, first.state, failureOf(reasons.reset, { begunAt: 9000 }))
    assert(second._tag === "Wait")
    assert.strictEqual(second.state.deadline, 1000 + lifetime)
  })

  it("bounds a call with the caller's key from its beginning, or by the policy's own deadline", () => {
    assert.strictEqual(Retry.start(rulesOf({ isCallersKey: true }), 500).deadline, 500 + lifetime)
    assert.strictEqual(Retry.start(rulesOf(), 500).deadline, Number.POSITIVE_INFINITY)
    const short = { ...policy, deadline: "1 second" } as const
    assert.strictEqual(Retry.start(rulesOf({ isCallersKey: true, policy: short }), 500).deadline, 1500)
  })
})

it("every attempt is told of, with its reason, status and wait", () => {
  const decision = decisionAfter(["503", "reset", "404"], rulesOf())
  assert(decision._tag === "GiveUp")
  assert.strictEqual(decision.reason, reasons[404])
  assert.deepEqual(decision.attempts, [
    { reason: "ServerError", statusCode: 503, wait: Duration.millis(500) },
    { reason: "Transport", wait: Duration.millis(1000) },
    { reason: "NotFound", statusCode: 404, wait: Duration.zero }
  ])
})
