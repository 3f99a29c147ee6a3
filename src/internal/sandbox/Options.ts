/**
 * What a sandbox can be told at its start.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Deliveries from "./Deliveries.ts"
import * as Known from "./Known.ts"

/** The API key that the sandbox accepts. */
export const apiKey = "sandbox-api-key"

/** The OAuth access token that the sandbox accepts. */
export const accessToken = "sandbox-access-token"

/** The secret that messages to webhook consumers are signed with. */
export const webhookSecret = "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0zMi1ieXRlcyE="

/** The company that is always there. */
export const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"

/**
 * What a sandbox may be told at its start. A number that is not a whole one from 0 is a defect.
 *
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
   * What all identifiers and all chance come from: one seed, one sandbox, to the letter.
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
   * How many requests are answered from one 00:00 UTC to the next, before
   * 429s. Codat's own is `1000 × (1 + active companies)`, 2,000 with one
   * company; the sandbox's is such that it is never met by chance.
   *
   * @default 1_000_000
   */
  readonly dailyQuota?: number | undefined
  /**
   * How many of the latest requests are remembered.
   *
   * @default 10,000
   */
  readonly recordedRequests?: number | undefined
  /**
   * How many bytes of the latest requests are remembered: their addresses, headers and bodies.
   *
   * @default 67,108,864, which is 64 MiB
   */
  readonly recordedBytes?: number | undefined
  /**
   * The secret that messages to the consumers of `POST /webhooks` are signed
   * with. Codat answers with none: it shows the secret in its Portal.
   *
   * @default Sandbox.webhookSecret
   */
  readonly webhookSecret?: Redacted.Redacted<string> | undefined
  /**
   * Who is told of what changes, from the first request on.
   *
   * @default nobody
   */
  readonly webhooks?: Deliveries.Subscription | ReadonlyArray<Deliveries.Subscription> | undefined
  /**
   * How long after each failed attempt a webhook is sent again: `"codat"` is Codat's own, after 5 seconds, 5 and 30
   * minutes, 2, 5, 10 and 10 hours; `"fast"` is after 0.5, 1, 2 and 4 seconds.
   *
   * @default "codat"
   */
  readonly webhookSchedule?: "codat" | "fast" | ReadonlyArray<Duration.Input> | undefined
  /**
   * How many requests about one company are carried out at once, before 429s. Codat's own is 10.
   *
   * @default no limit
   */
  readonly concurrentRequests?: number | undefined
  /**
   * How many requests are answered in a minute, for each address that they come from, before 429s. Codat's own is
   * 1,000.
   *
   * @default no limit
   */
  readonly requestsPerMinute?: number | undefined
  /**
   * Whether properties without a value are written as `null` where Codat's specification allows it, and not left out.
   *
   * @default false
   */
  readonly nulls?: boolean | undefined
  /**
   * Whether lists obey `query`. Codat's documentation says that some of them may ignore it.
   *
   * @default true
   */
  readonly filter?: boolean | undefined
  /**
   * Whether a request is refused that Codat refuses today and took earlier: a bare string as the body of
   * `POST /companies/{companyId}/connections`.
   *
   * @default false
   */
  readonly strict?: boolean | undefined
  /**
   * Whether a company has one linked accounting connection at most, as Codat documents. Linking another then unlinks
   * the one before. The connections that the sandbox begins with are left as they are.
   *
   * @default false
   */
  readonly oneAccountingConnection?: boolean | undefined
}

/** The options with nothing left open. */
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

/** The names of all options. */
export const names: ReadonlyArray<string> = Object.keys({
  connections: true,
  companies: true,
  seed: true,
  apiKey: true,
  token: true,
  dailyQuota: true,
  recordedRequests: true,
  recordedBytes: true,
  webhookSecret: true,
  webhooks: true,
  webhookSchedule: true,
  concurrentRequests: true,
  requestsPerMinute: true,
  nulls: true,
  filter: true,
  strict: true,
  oneAccountingConnection: true
} satisfies { readonly [K in keyof Required<Options>]: true })

/** What is no number of things is a mistake in the program. */
const whole = (name: string, value: number): number => {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`Sandbox: ${name} must be a whole number, 0 or more`)
}

const positive = (name: string, value: number | undefined): number | undefined => {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return value
  throw new RangeError(`Sandbox: ${name} must be a whole number, 1 or more`)
}

const scheduleOf = (schedule: Options["webhookSchedule"]): ReadonlyArray<Duration.Input> => {
  if (schedule === undefined || schedule === "codat") return Deliveries.schedules.codat
  if (schedule === "fast") return Deliveries.schedules.fast
  const isGood = (wait: Duration.Input) =>
    Option.exists(Duration.fromInput(wait), (duration) => Duration.isFinite(duration))
  if (Array.isArray(schedule) && schedule.every(isGood)) return schedule
  throw new RangeError('Sandbox: webhookSchedule must be "codat", "fast" or a list of durations')
}

/** The options with nothing left open. Throws where one of them is unknown or makes no sense. */
export const settings = (options: Options | undefined, more: ReadonlyArray<string> = []): Settings => {
  const unknown = Known.unknown(options ?? {}, [...names, ...more])
  if (unknown !== undefined) throw new TypeError(`Sandbox: ${unknown}`)
  return {
    connections: whole("connections", options?.connections ?? 250),
    companies: whole("companies", options?.companies ?? 0),
    seed: options?.seed ?? 1,
    apiKey: options?.apiKey ?? apiKey,
    token: options?.token ?? accessToken,
    dailyQuota: whole("dailyQuota", options?.dailyQuota ?? 1_000_000),
    recordedRequests: whole("recordedRequests", options?.recordedRequests ?? 10_000),
    recordedBytes: whole("recordedBytes", options?.recordedBytes ?? 64 * 1024 * 1024),
    webhookSecret: options?.webhookSecret ?? Redacted.make(webhookSecret),
    webhooks: [options?.webhooks ?? []].flat(),
    webhookSchedule: scheduleOf(options?.webhookSchedule),
    concurrentRequests: positive("concurrentRequests", options?.concurrentRequests),
    requestsPerMinute: positive("requestsPerMinute", options?.requestsPerMinute),
    nulls: options?.nulls ?? false,
    filter: options?.filter ?? true,
    strict: options?.strict ?? false,
    oneAccountingConnection: options?.oneAccountingConnection ?? false
  }
}
