/**
 * Makes text from the network safe to keep: no credential in it, no control character, and not too long.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { escapeControls } from "../Text.ts"

/** Makes one text safe. */
export type Redact = (text: string) => string

/** The longest text that an error keeps: it is no place for a page of HTML. */
const maxLength = 1000

/**
 * Removes the secrets from text that a server or a transport wrote, as they are and as JSON, a URL or base64 spells
 * them, with and without padding, and escapes control characters. The longest go first, so that a secret which contains
 * another one leaves nothing behind.
 */
export const make =
  (secrets: ReadonlyArray<string>): Redact =>
  (text) =>
    escapeControls(
      secrets
        .flatMap((secret) => {
          const value = secret.slice(secret.indexOf(" ") + 1)
          return [secret, value, value.replace(/=+$/, ""), ...apiKeyOf(secret)]
        })
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
