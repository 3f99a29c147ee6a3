/**
 * What a sandbox can be told at its start.
 */
import * as Redacted from "effect/Redacted"
import type { Subscription } from "./Webhooks.ts"

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
  readonly webhooks?: Subscription | ReadonlyArray<Subscription> | undefined
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
  readonly webhooks: ReadonlyArray<Subscription>
}

/** What is no number of things is a mistake in the program. */
const whole = (name: string, value: number): number => {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`Sandbox: ${name} must be a whole number, 0 or more`)
}

export const settings = (options: Options | undefined): Settings => ({
  connections: whole("connections", options?.connections ?? 250),
  companies: whole("companies", options?.companies ?? 0),
  seed: options?.seed ?? 1,
  apiKey: options?.apiKey ?? apiKey,
  token: options?.token ?? accessToken,
  dailyQuota: whole("dailyQuota", options?.dailyQuota ?? 1_000_000),
  recordedRequests: whole("recordedRequests", options?.recordedRequests ?? 10_000),
  recordedBytes: whole("recordedBytes", options?.recordedBytes ?? 64 * 1024 * 1024),
  webhookSecret: options?.webhookSecret ?? Redacted.make(webhookSecret),
  webhooks: [options?.webhooks ?? []].flat()
})
