/**
 * The error of a function that sends no request, such as a layer whose options are not valid.
 */
import * as CodatError from "../../CodatError.ts"

/** Adds the operation to a reason. Unlike `Call.fail`, it counts no failed call. */
export const refusedBy =
  (operation: string) =>
  (reason: CodatError.Reason): CodatError.CodatError =>
    new CodatError.CodatError({ operation, reason, attempts: [] })
