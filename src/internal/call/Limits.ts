/**
 * What holds requests back, and what responses have said of the quota: services that `RateLimit` and `Codat` provide
 * and each call reads.
 */
import * as Context from "effect/Context"
import { identity } from "effect/Function"
import * as MutableRef from "effect/MutableRef"
import type * as Auth from "../../Auth.ts"
import type * as CodatError from "../../CodatError.ts"

/**
 * Lets a request through when it is its turn. The wait is outside the timeout of an attempt: it does not mean that
 * Codat is slow.
 */
export type Limit = NonNullable<Auth.Defaults["limiter"]>

export const unlimited: Limit = identity

export const Limiter: Context.Reference<Limit> = Context.Reference<Limit>("effect-codat/Limiter", {
  defaultValue: () => unlimited
})

/** What the newest response said of the quota. */
export type LatestQuota = MutableRef.MutableRef<CodatError.Quota | undefined>

export const makeQuota = (): LatestQuota => MutableRef.make<CodatError.Quota | undefined>(undefined)

/** One for the process, unless credentials or a layer bring one of their own. */
export const Quota: Context.Reference<LatestQuota> = Context.Reference<LatestQuota>("effect-codat/Quota", {
  defaultValue: makeQuota
})

/** The one in force: what is provided around a call wins over what came with the credentials. */
export const quotaOf = (
  context: Context.Context<never>,
  auth: Auth.Auth["Service"] | undefined
): LatestQuota =>
  Context.getOrUndefined(context, Quota) ?? auth?.defaults?.quota ?? Context.get(context, Quota)
