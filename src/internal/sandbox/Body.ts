import * as Predicate from "effect/Predicate"
import * as Reply from "./Reply.ts"

/** What {@link parse} gives for a text that is not JSON. */
export const malformed = Symbol("malformed")

export const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return malformed
  }
}

export const notJson: Reply.Problem = Reply.badRequest("the body is not JSON.")

export const isStrings = (value: unknown): value is { readonly [key: string]: string } =>
  Predicate.isObject(value) && !Array.isArray(value) && Object.values(value).every(Predicate.isString)
