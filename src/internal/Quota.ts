/**
 * The quota that the newest answer reported.
 */
import * as Context from "effect/Context"
import * as MutableRef from "effect/MutableRef"
import type { Quota } from "./Answer.ts"

/** One for the process unless a scope of its own is provided, as for one account per tenant. */
export const LastQuota: Context.Reference<MutableRef.MutableRef<Quota | undefined>> = Context.Reference(
  "effect-codat/internal/LastQuota",
  {
    defaultValue: (): MutableRef.MutableRef<Quota | undefined> =>
      MutableRef.make<Quota | undefined>(undefined)
  }
)
