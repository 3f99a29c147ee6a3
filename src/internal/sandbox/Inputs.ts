/**
 * What the controls are given, and what it must be.
 */
import * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Subscription } from "./Deliveries.ts"
import * as Must from "./Must.ts"

/**
 * Names one connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectionRef {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The id of the connection, a UUID. */
  readonly connectionId: string
}

/**
 * An attempt to link that fails, and the platform's error for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface FailedLink extends ConnectionRef {
  /**
   * `statusCode` of the entry in `dataConnectionErrors`.
   *
   * @default "500"
   */
  readonly statusCode?: string | undefined
  /**
   * `statusText` of the entry.
   *
   * @default "Internal Server Error"
   */
  readonly statusText?: string | undefined
  /**
   * `errorMessage` of the entry.
   *
   * @default "Unknown error occurred."
   */
  readonly errorMessage?: string | undefined
}

/**
 * The properties of a new company.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewCompany {
  /** The name; when left out, one is made up. */
  readonly name?: string | undefined
  /** Any text about the company; when left out, it has none. */
  readonly description?: string | undefined
  /** Labels by name; when left out, it has none. */
  readonly tags?: { readonly [key: string]: string } | undefined
  /**
   * How many connections to create, at most 100,000; they are of all kinds and states.
   *
   * @default 0
   */
  readonly connections?: number | undefined
}

const ref = { companyId: Must.text, connectionId: Must.text } satisfies Must.Fields<ConnectionRef>

export const ConnectionRef: Schema.Codec<ConnectionRef, unknown> = Must.open(ref)

export const FailedLink: Schema.Codec<FailedLink, unknown> = Must.open({
  ...ref,
  statusCode: Schema.optional(Must.text),
  statusText: Schema.optional(Must.text),
  errorMessage: Schema.optional(Must.text)
} satisfies Must.Fields<FailedLink>)

/** More would keep a server busy for minutes, and take its memory. */
const maxConnections = 100_000

export const NewCompany: Schema.Codec<NewCompany, unknown> = Must.open({
  name: Schema.optional(Must.text),
  description: Schema.optional(Must.text),
  tags: Schema.optional(Must.be("an object of texts", Schema.Record(Schema.String, Schema.String))),
  connections: Schema.optional(
    Must.be(
      `a whole number from 0 to ${maxConnections}`,
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxConnections })),
      "How many connections it has; 0 by default"
    )
  )
} satisfies Must.Fields<NewCompany>)

export const QuotaChange = Must.open({
  limit: Schema.optional(Must.atLeast(0)),
  used: Schema.optional(Must.atLeast(0))
})

export const invalidRef = Must.invalid("the connection", ConnectionRef)
export const invalidLink = Must.invalid("the link", FailedLink)
export const invalidCompany = Must.invalid("the company", NewCompany)
export const invalidQuota = Must.invalid("the change", QuotaChange)
export const invalidSubscription = Must.invalid(
  "the subscription",
  Must.open({
    // Which text is a URL, and which secret is valid, is checked where the subscription is made.
    url: Must.be("an absolute http or https URL", Schema.String),
    secret: Schema.Unknown,
    eventTypes: Schema.optional(Must.be("a list of texts", Schema.Array(Schema.String))),
    client: Schema.optional(Must.be("an HttpClient", Schema.declare(HttpClient.isHttpClient)))
  } satisfies { readonly [K in keyof Subscription]-?: Schema.Codec<unknown, unknown> })
)

/** What is wrong with an id, if anything: only a program in plain JavaScript can give one that is not a text. */
export const invalidId = (name: string, id: unknown): string | undefined =>
  Predicate.isString(id) ? undefined : `${name} must be a text`
