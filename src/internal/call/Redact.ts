/**
 * Makes text from the network safe to keep: no credential in it, no control character, and not too long.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** Makes one text safe. */
export type Redact = (text: string) => string

/** The longest text that an error keeps: it is no place for a page of HTML. */
const maxLength = 1000

/**
 * Removes the secrets from text that a server or a transport wrote, as they are and as JSON, a URL or base64 spells
 * them, and escapes control characters. The longest go first, so that a secret which contains another one leaves
 * nothing behind.
 */
export const make =
  (secrets: ReadonlyArray<string>): Redact =>
  (text) =>
    escapeControls(
      secrets
        .flatMap((secret) => [secret, secret.slice(secret.indexOf(" ") + 1), ...apiKeyOf(secret)])
        .flatMap((secret) => [
          secret,
          JSON.stringify(secret).slice(1, -1),
          encodeURIComponent(secret.toWellFormed())
        ])
        .filter((secret) => secret.length > 3)
        .sort((left, right) => right.length - left.length)
        .reduce((redacted, secret) => redacted.replaceAll(secret, "<redacted>"), text)
    )

/** The key that a `Basic` header spells in base64. */
const apiKeyOf = (authorization: string): ReadonlyArray<string> =>
  /^basic /i.test(authorization)
    ? Option.toArray(Result.getSuccess(Result.try(() => atob(authorization.slice("Basic ".length)))))
    : []

/**
 * Control characters, line separators and the characters that turn the direction of text around: in a log they could
 * forge a line, and in a terminal move the cursor.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Writes control characters as JSON does, such as `\u001b`. */
export const escapeControls = (text: string): string =>
  text.replace(controls, (character) => {
    switch (character) {
      case "\n":
        return "\\n"
      case "\r":
        return "\\r"
      case "\t":
        return "\\t"
      default:
        return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
    }
  })

/** A value with every text in it made safe, property names included, and cut to what an error keeps. */
export const deep = <A>(value: A, redact: Redact): A =>
  // A generic walk cannot be typed closer: strings map to strings, and the shape stays as it is.
  (Predicate.isString(value)
    ? // Cut last, so that no half of a credential is left at the end.
      redact(value).slice(0, maxLength)
    : Array.isArray(value)
      ? value.map((entry) => deep(entry, redact))
      : Predicate.isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, deep(entry, redact)]))
        : value) as A
