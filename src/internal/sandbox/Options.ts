/**
 * The options of a sandbox.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Rules from "../Rules.ts"
import * as Deliveries from "./Deliveries.ts"
import * as Known from "./Known.ts"

/** The API key that the sandbox accepts. */
export const apiKey = "sandbox-api-key"

/** The OAuth access token that the sandbox accepts. */
export const accessToken = "sandbox-access-token"

/** The secret that signs messages to webhook consumers. */
export const webhookSecret = "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0zMi1ieXRlcyE="

/** The id of the company that every new sandbox has. */
export const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"

/**
 * The options of a sandbox. An invalid value, such as a negative or fractional number, is a defect.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * How many connections the fixed company has.
   *
   * @default 250
   */
  readonly connections?: number | undefined
  /**
   * How many more companies there are, each with up to four connections.
   *
   * @default 0
   */
  readonly companies?: number | undefined
  /**
   * The seed of all identifiers and random choices: the same seed always makes exactly the same sandbox. The ids of
   * webhooks also contain the time.
   *
   * @default 1
   */
  readonly seed?: number | string | undefined
  /**
   * The API key to accept.
   *
   * @default "sandbox-api-key"
   */
  readonly apiKey?: string | undefined
  /**
   * The access token to accept.
   *
   * @default "sandbox-access-token"
   */
  readonly token?: string | undefined
  /**
   * How many requests are allowed per day, from 00:00 UTC to 00:00 UTC; more are answered with 429. Codat's own quota is
   * `1000 × (1 + active companies)`, 2,000 with one company; the sandbox's is so high that no test reaches it by
   * accident.
   *
   * @default 1_000_000
   */
  readonly dailyQuota?: number | undefined
  /**
   * How many of the latest requests are recorded.
   *
   * @default 10,000
   */
  readonly recordedRequests?: number | undefined
  /**
   * How many bytes of the latest requests are recorded: their paths, queries, headers and bodies.
   *
   * @default 67,108,864, which is 64 MiB
   */
  readonly recordedBytes?: number | undefined
  /**
   * The secret that signs messages to consumers created with `POST /webhooks`. No response contains it:
   * Codat shows it only in its Portal.
   *
   * @default Sandbox.webhookSecret
   */
  readonly webhookSecret?: Redacted.Redacted<string> | undefined
  /**
   * Endpoints that receive webhooks from the start, as with `Sandbox.subscribe`.
   *
   * @default none
   */
  readonly webhooks?: Deliveries.Subscription | ReadonlyArray<Deliveries.Subscription> | undefined
  /**
   * The waits between the attempts to send a webhook: `"codat"` are Codat's own, 5 seconds, 5 and 30 minutes, 2, 5, 10
   * and 10 hours; `"fast"` are 0.5, 1, 2 and 4 seconds.
   *
   * @default "codat"
   */
  readonly webhookSchedule?: "codat" | "fast" | ReadonlyArray<Duration.Input> | undefined
  /**
   * How many requests for one company are carried out at once; more are answered with 429. Codat's own limit is 10.
   *
   * @default no limit
   */
  readonly concurrentRequests?: number | undefined
  /**
   * How many requests from one address are allowed per minute; more are answered with 429. Codat's own limit is 1,000.
   *
   * @default no limit
   */
  readonly requestsPerMinute?: number | undefined
  /**
   * Whether properties without a value are written as `null`, where Codat's specification allows it, instead of left out.
   *
   * @default false
   */
  readonly nulls?: boolean | undefined
  /**
   * Whether lists apply `query`. Codat's documentation says that some of them may ignore it.
   *
   * @default true
   */
  readonly filter?: boolean | undefined
  /**
   * Whether to refuse a request that Codat accepted earlier and refuses today: a JSON string as the body of
   * `POST /companies/{companyId}/connections`.
   *
   * @default false
   */
  readonly strict?: boolean | undefined
  /**
   * Whether a company can have only one linked accounting connection, as Codat documents. Linking another then unlinks
   * the previous one. The connections that the sandbox starts with are not changed.
   *
   * @default false
   */
  readonly oneAccountingConnection?: boolean | undefined
}

/** The options with their defaults filled in. */
export interface Settings {
  readonly connections: number
  readonly companies: number
  readonly seed: number | string
  readonly apiKey: string
  readonly token: string
  readonly dailyQuota: number
  readonly recordedRequests: number
  readonly recordedBytes: number
  readonly webhookSecret: Redacted.Redacted<string>
  readonly webhooks: ReadonlyArray<Deliveries.Subscription>
  readonly webhookSchedule: ReadonlyArray<Duration.Input>
  readonly concurrentRequests: number | undefined
  readonly requestsPerMinute: number | undefined
  readonly nulls: boolean
  readonly filter: boolean
  readonly strict: boolean
  readonly oneAccountingConnection: boolean
}

const whole = Rules.must(
  "a whole number, 0 or more",
  (value) => Number.isSafeInteger(value) && Number(value) >= 0
)

const text = Rules.must("a text", Predicate.isString)

const boolean = Rules.must("true or false", Predicate.isBoolean)

const isWait = (wait: Duration.Input): boolean => Option.exists(Duration.fromInput(wait), Duration.isFinite)

const rules: Rules.Rules<Options> = {
  connections: Rules.optional(whole),
  companies: Rules.optional(whole),
  seed: Rules.optional(
    Rules.must("a number or a text", (value) => Predicate.isNumber(value) || Predicate.isString(value))
  ),
  apiKey: Rules.optional(text),
  token: Rules.optional(text),
  dailyQuota: Rules.optional(whole),
  recordedRequests: Rules.optional(whole),
  recordedBytes: Rules.optional(whole),
  webhookSecret: Rules.optional(Rules.must("a redacted text", Redacted.isRedacted)),
  webhooks: Rules.optional(
    Rules.must("a subscription, or a list of subscriptions", Predicate.isObjectOrArray)
  ),
  webhookSchedule: Rules.optional(
    Rules.must(
      '"codat", "fast" or a list of durations',
      (value) => value === "codat" || value === "fast" || (Array.isArray(value) && value.every(isWait))
    )
  ),
  concurrentRequests: Rules.optional(Rules.positiveWhole),
  requestsPerMinute: Rules.optional(Rules.positiveWhole),
  nulls: Rules.optional(boolean),
  filter: Rules.optional(boolean),
  strict: Rules.optional(boolean),
  oneAccountingConnection: Rules.optional(boolean)
}

/** The names of all options. */
export const names: ReadonlyArray<string> = Object.keys(rules)

const scheduleOf = (schedule: Options["webhookSchedule"] = "codat"): ReadonlyArray<Duration.Input> =>
  Predicate.isString(schedule) ? Deliveries.schedules[schedule] : schedule

/** Fills in the defaults. Throws when an option is unknown or not valid, because it is a mistake in the program. */
export const settings = (options: Options = {}, more: ReadonlyArray<string> = []): Settings => {
  const unknown = Predicate.isObject(options) ? Known.unknown(options, [...names, ...more]) : undefined
  if (unknown !== undefined) throw new TypeError(`Sandbox: ${unknown}`)
  const others = Object.fromEntries(more.map((name) => [name, Rules.anything]))
  const broken = Rules.check({ ...rules, ...others }, options)
  if (broken !== undefined) throw new TypeError(`Sandbox: ${broken.field} must be ${broken.rule}`)
  return {
    connections: options.connections ?? 250,
    companies: options.companies ?? 0,
    seed: options.seed ?? 1,
    apiKey: options.apiKey ?? apiKey,
    token: options.token ?? accessToken,
    dailyQuota: options.dailyQuota ?? 1_000_000,
    recordedRequests: options.recordedRequests ?? 10_000,
    recordedBytes: options.recordedBytes ?? 64 * 1024 * 1024,
    webhookSecret: options.webhookSecret ?? Redacted.make(webhookSecret),
    webhooks: [options.webhooks ?? []].flat(),
    webhookSchedule: scheduleOf(options.webhookSchedule),
    concurrentRequests: options.concurrentRequests,
    requestsPerMinute: options.requestsPerMinute,
    nulls: options.nulls ?? false,
    filter: options.filter ?? true,
    strict: options.strict ?? false,
    oneAccountingConnection: options.oneAccountingConnection ?? false
  }
}
