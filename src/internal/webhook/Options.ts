/**
 * The rules for the options of webhooks.
 */
import * as ByteSize from "effect/ByteSize"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Rules from "../Rules.ts"
import { must, nonNegativeDuration, optional, positiveWhole, type Rule } from "../Rules.ts"

/** A secret is checked where its key is read, because the error there says which of several it is. */
export const secret: Rule = Rules.anything

export const id: Rule = must("a string", Predicate.isString)

export const timestamp: Rule = optional(must("a DateTime", DateTime.isDateTime))

export const headers: Rule = must("the headers of the request", Predicate.isObjectOrArray)

/** A `Uint8Array` can come from another realm, where it is not an instance of this realm's class. */
export const body: Rule = must(
  "the text or the bytes of the body as they arrived, before anything parses them",
  (value) => Predicate.isString(value) || Object.prototype.toString.call(value) === "[object Uint8Array]"
)

export const tolerance: Rule = optional(nonNegativeDuration)

export const maxBodySize: Rule = optional(
  must("a size, such as 1 MiB", (value) =>
    // `fromInput` returns none for a value that is not a size, so any value can be passed to it.
    Option.isSome(ByteSize.fromInput(value as ByteSize.Input))
  )
)

export const capacity: Rule = optional(positiveWhole)

export const timeToLive: Rule = optional(Rules.duration)
