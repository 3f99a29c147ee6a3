/**
 * What a mirror asks Codat for, within the quota.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CodatError, isCodatError, type RateLimited } from "../../CodatError.ts"
import type { Company } from "../../Company.ts"
import type { Skipped } from "../../Page.ts"

/** One page of companies, as far as a walk needs it. */
export interface Page {
  readonly results: ReadonlyArray<Company>
  readonly pageNumber: number
  readonly pageSize: number
  readonly totalResults?: number | undefined
  readonly _links?: { readonly next?: { readonly href?: string | undefined } | undefined } | undefined
  readonly skipped?: ReadonlyArray<Skipped> | undefined
}

export interface Reader<R> {
  /** Fails with `InvalidResponse` when a row cannot be decoded. */
  readonly page: (page: number) => Effect.Effect<Page, CodatError, R>
  /** As `page`, without what cannot be decoded. */
  readonly lenientPage: (page: number) => Effect.Effect<Page, CodatError, R>
  readonly company: (companyId: string) => Effect.Effect<Company, CodatError, R>
  readonly quota: Effect.Effect<
    Option.Option<{ readonly remaining?: number | undefined; readonly resetAt?: DateTime.Utc | undefined }>
  >
}

/** Codat's quota is one of a day, so a later reset comes from a clock or a header that is wrong. */
const maxWait = Duration.days(1)

/**
 * Waits before a request while no more than `reserve` requests are left of the daily quota. When Codat answers with 429,
 * waits and sends the request again.
 */
export const withinQuota = <A, E, R>(
  { quota }: Pick<Reader<never>, "quota">,
  reserve: number,
  request: Effect.Effect<A, E | CodatError, R>
): Effect.Effect<A, E | CodatError, R> => {
  const attempt: Effect.Effect<A, E | CodatError, R> = Effect.andThen(
    waitForQuota(quota, reserve),
    Effect.catch(request, (error) =>
      isCodatError(error) && error.reason._tag === "RateLimited"
        ? Effect.flatMap(waitAfter(error.reason), (wait) =>
            Effect.logWarning(`the mirror waits ${Duration.format(wait)} for Codat's quota`).pipe(
              Effect.andThen(Effect.sleep(wait)),
              Effect.andThen(attempt)
            )
          )
        : Effect.fail(error)
    )
  )
  return attempt
}

/** The wait after a 429: as long as the answer says, but at most a day; or else a minute. */
const waitAfter = ({ resetAt, retryAfter }: RateLimited): Effect.Effect<Duration.Duration> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const until =
      resetAt === undefined ? Duration.zero : Duration.millis(DateTime.toEpochMillis(resetAt) - now)
    const wait = Duration.max(until, retryAfter ?? Duration.zero)
    return Duration.isGreaterThan(wait, Duration.zero) ? Duration.min(wait, maxWait) : Duration.minutes(1)
  })

const waitForQuota = Effect.fnUntraced(function* (quota: Reader<never>["quota"], reserve: number) {
  // Without a reserve, only a 429 makes the mirror wait: the newest quota of the process may be that of another account.
  if (reserve === 0) return
  const last = Option.getOrUndefined(yield* quota)
  if (last?.remaining === undefined || last.resetAt === undefined || last.remaining > reserve) return
  const untilReset = DateTime.toEpochMillis(last.resetAt) - (yield* Clock.currentTimeMillis)
  if (untilReset <= 0) return
  const wait = Duration.min(Duration.millis(untilReset), maxWait)
  yield* Effect.logWarning(
    `the mirror leaves the last ${reserve} requests of the day to others, and goes on in ${Duration.format(wait)}`
  )
  yield* Effect.sleep(wait)
})
