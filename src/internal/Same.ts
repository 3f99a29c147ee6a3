/**
 * Compares values that were read from the network.
 */
import * as Equal from "effect/Equal"
import { constFalse } from "effect/Function"
import * as Result from "effect/Result"

/** Whether two values are equal. JSON that is nested too deeply to compare counts as different. */
export const isSame = (left: unknown, right: unknown): boolean =>
  Result.getOrElse(
    Result.try(() => Equal.equals(left, right)),
    constFalse
  )
