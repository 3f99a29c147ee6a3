/** Requests to endpoints without a typed function, with the same credentials, retries, idempotency keys and errors. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Input from "../src/internal/Input.ts"
import * as Pipeline from "../src/internal/Pipeline.ts"
import { write } from "../src/internal/Write.ts"
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

interface Call {
  readonly idempotencyKey?: string | undefined
}

/** Sends the request; answers the JSON of the response, or `undefined` when it has none. */
export const send = ({ body, idempotencyKey, method, operation, path, query }: Options) => {
  const description = {
    operation,
    input: { idempotencyKey: Input.optional(Input.idempotencyKey) },
    path: () => path,
    query: () => query ?? [],
    body: body === undefined ? undefined : () => body,
    output: (json: unknown) => Result.succeed(json)
  }
  const call =
    method === "POST" || method === "PATCH"
      ? write<Call, unknown>({ ...description, method })
      : Pipeline.operation<Call, unknown>({ ...description, method })
  return call({ idempotencyKey })
}

/** Streams the rows of a paged list. */
export const pages = (options: Omit<Options, "method" | "body">, paging: { readonly pageSize: number }) =>
  Stream.paginate(1, (page: number) =>
    Effect.map(
      send({
        ...options,
        method: "GET",
        query: [...(options.query ?? []), ["page", page], ["pageSize", paging.pageSize]]
      }),
      (body) => {
        const rows = Predicate.isObject(body) && Array.isArray(body["results"]) ? body["results"] : []
        const links = Predicate.isObject(body) ? body["_links"] : undefined
        const hasNext = rows.length > 0 && Predicate.isObject(links) && Predicate.isObject(links["next"])
        return [rows.filter(isRow), hasNext ? Option.some(page + 1) : Option.none<number>()] as const
      }
    )
  )

export const isRow = (value: unknown): value is Output.Row =>
  Predicate.isObject(value) && !Array.isArray(value)
