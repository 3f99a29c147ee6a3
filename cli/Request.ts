/** Requests whose responses are shown as they are, with the credentials, retries, keys and errors of all others. */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Codat } from "effect-codat"
import type * as Output from "./Output.ts"

export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const

export interface Options {
  readonly operation: string
  readonly method: (typeof methods)[number]
  /** The path below the base URL; its segments must be escaped already. */
  readonly path: string
  readonly query?: ReadonlyArray<readonly [name: string, value: string | number | undefined]> | undefined
  readonly body?: unknown
  readonly idempotencyKey?: string | undefined
}

/** Sends the request; returns the JSON of the response, or `undefined` when it has none. */
export const send = ({ query = [], ...options }: Options) =>
  Codat.request({ ...options, query: Object.fromEntries(query), output: Schema.Unknown })

export const isRow = (value: unknown): value is Output.Row =>
  Predicate.isObject(value) && !Array.isArray(value)
