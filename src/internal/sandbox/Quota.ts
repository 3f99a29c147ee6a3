const day = 86_400_000

/**
 * How much of the daily quota of requests is left.
 *
 * @since 0.1.0
 */
export interface QuotaState {
  /** How many requests a day. */
  readonly limit: number
  /** How many of them are used today. */
  readonly used: number
  /** How many are left. */
  readonly remaining: number
  /** When the next day begins, in milliseconds since 1970. */
  readonly resetsAt: number
}

/** Codat's daily allowance of requests, which starts anew at 00:00 UTC. */
export interface Quota {
  /** Counts a request; how many seconds to wait when there is none left, and whether it is the day's first such. */
  readonly take: (now: number) => { readonly retryAfter: number; readonly isFirst: boolean } | undefined
  readonly headers: (now: number) => { readonly [name: string]: string }
  readonly read: (now: number) => QuotaState
  /** Puts the limit, or what is used today, to a value. */
  readonly set: (
    change: { readonly limit?: number | undefined; readonly used?: number | undefined },
    now: number
  ) => void
}

export const make = (initial: number): Quota => {
  let limit = initial
  let today = Number.NaN
  let used = 0
  let isReached = false

  const turn = (now: number): number => {
    const current = Math.floor(now / day)
    if (current !== today) {
      today = current
      used = 0
      isReached = false
    }
    return (current + 1) * day
  }

  const read = (now: number): QuotaState => {
    const resetsAt = turn(now)
    return { limit, used, remaining: Math.max(0, limit - used), resetsAt }
  }

  return {
    take: (now) => {
      const reset = turn(now)
      if (used >= limit) {
        const isFirst = !isReached
        isReached = true
        return { retryAfter: Math.max(1, Math.ceil((reset - now) / 1000)), isFirst }
      }
      used++
      return undefined
    },
    headers: (now) => {
      const { remaining, resetsAt } = read(now)
      return {
        "x-rate-limit-limit": String(limit),
        "x-rate-limit-remaining": String(remaining),
        "x-rate-limit-reset": new Date(resetsAt).toISOString()
      }
    },
    read,
    set: (change, now) => {
      turn(now)
      limit = change.limit ?? limit
      used = change.used ?? used
      if (used < limit) isReached = false
    }
  }
}
