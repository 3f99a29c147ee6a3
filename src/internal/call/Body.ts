/**
 * What a request sends as JSON, and which values in it no error may quote.
 */
import * as HttpBody from "effect/http/HttpBody"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

/** A body with each `Redacted` in it replaced by its value. The values are added to `secrets`. */
export const revealed = (value: unknown, secrets: Array<string>): unknown => {
  if (Redacted.isRedacted(value)) {
    const secret = Redacted.value(value)
    if (Predicate.isString(secret)) secrets.push(secret)
    return secret
  }
  if (Array.isArray(value)) return value.map((entry) => revealed(entry, secrets))
  // Dates and the like have a form of their own in JSON.
  if (!Predicate.isObject(value) || "toJSON" in value) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, revealed(entry, secrets)]))
}

/**
 * A body with secrets is made of bytes, because a printed request shows the text of a JSON body but only the length of
 * bytes. The `content-type` header says JSON either way.
 */
export const json = (value: unknown, isSecret: boolean): HttpBody.HttpBody =>
  isSecret ? HttpBody.uint8Array(new TextEncoder().encode(JSON.stringify(value))) : HttpBody.jsonUnsafe(value)
