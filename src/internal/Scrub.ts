/**
 * Taking credentials out of what others wrote, before it becomes part of an error.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** Removes what must not be seen from text that came from elsewhere. */
export type Scrub = (text: string) => string

/**
 * Takes credentials out of text that a server or a transport wrote, as they are
 * and as JSON or a URL spells them. The longest go first, so that one which
 * holds another leaves nothing behind.
 */
export const scrubber =
  (secrets: ReadonlyArray<string>): Scrub =>
  (text) =>
    secrets
      .flatMap((secret) => [secret, secret.slice(secret.indexOf(" ") + 1), ...apiKeyOf(secret)])
      .flatMap((secret) => [
        secret,
        JSON.stringify(secret).slice(1, -1),
        encodeURIComponent(secret.toWellFormed())
      ])
      .filter((secret) => secret.length > 3)
      .sort((left, right) => right.length - left.length)
      .reduce((scrubbed, secret) => scrubbed.replaceAll(secret, "<redacted>"), text)

/** The key that a `Basic` header spells in base64. */
const apiKeyOf = (authorization: string): ReadonlyArray<string> =>
  /^basic /i.test(authorization)
    ? Option.toArray(Result.getSuccess(Result.try(() => atob(authorization.slice("Basic ".length)))))
    : []

/** The longest text that is kept: an error is not the place for a page of HTML. */
const longest = 1000

/** A value with all text in it scrubbed. */
export const scrubbed = <A>(value: A, scrub: Scrub): A =>
  // A generic walk cannot be typed closer: strings map to strings, and the shape stays as it is.
  (Predicate.isString(value)
    ? // Cut last, so that no half of a credential is left at the end.
      scrub(value).slice(0, longest)
    : Array.isArray(value)
      ? value.map((entry) => scrubbed(entry, scrub))
      : Predicate.isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, scrubbed(entry, scrub)]))
        : value) as A
