/** Requests whose answers are shown as they are, with the same credentials, retries, keys and errors as all others. */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
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

/** Sends the request; answers the JSON of the response, or `undefined` when it has none. */
export const send = ({ query = [], ...options }: Options) =>
  Codat.request({ ...options, query: Object.fromEntries(query), output: Schema.Unknown })

/** Streams the rows of a paged list. */
export const pages = (
  { operation, path, query = [] }: Omit<Options, "method" | "body">,
  { pageSize }: { readonly pageSize: number }
) =>
  Codat.requestPages({
    operation,
    path,
    query: Object.fromEntries(query),
    pageSize,
    item: Schema.Unknown
  }).pipe(
    Stream.map(({ results }) => results.filter(isRow)),
    Stream.flatMap(Stream.fromIterable)
  )

export const isRow = (value: unknown): value is Output.Row =>
  Predicate.isObject(value) && !Array.isArray(value)
