/**
 * Whether two values from the network are the same.
 */
import * as Equal from "effect/Equal"
import { constFalse } from "effect/Function"
import * as Result from "effect/Result"

/** By what they hold. What is nested too deep to be compared is another, and no defect: nobody promises how deep JSON is. */
export const isSame = (left: unknown, right: unknown): boolean =>
  Result.getOrElse(
    Result.try(() => Equal.equals(left, right)),
    constFalse
  )
