/**
 * The daily quota of requests.
 */
const day = 86_400_000

/**
 * How much of the daily quota of requests is left.
 *
 * @category models
 * @since 0.1.0
 */
export interface QuotaState {
  /** Requests per day. */
  readonly limit: number
  /** How many of them are used today. */
  readonly used: number
  /** How many are left today. */
  readonly remaining: number
  /** When the next day starts, in milliseconds since 1970. */
  readonly resetsAt: number
}

/** Codat's daily quota of requests, which resets at 00:00 UTC. */
export interface Quota {
  /**
   * Counts a request. When none is left, returns how many seconds to wait, and whether this is the first request of the
   * day that is refused.
   */
  readonly take: (now: number) => { readonly retryAfter: number; readonly isFirst: boolean } | undefined
  readonly headers: (now: number) => { readonly [name: string]: string }
  readonly read: (now: number) => QuotaState
  /** Sets the limit, or how much of it is used today. */
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

  /** Resets the count when a new day has started, and returns when the day ends. */
  const startDay = (now: number): number => {
    const current = Math.floor(now / day)
    if (current !== today) {
      today = current
      used = 0
      isReached = false
    }
    return (current + 1) * day
  }

  const read = (now: number): QuotaState => {
    const resetsAt = startDay(now)
    return { limit, used, remaining: Math.max(0, limit - used), resetsAt }
  }

  return {
    take: (now) => {
      const reset = startDay(now)
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
      startDay(now)
      limit = change.limit ?? limit
      used = change.used ?? used
      if (used < limit) isReached = false
    }
  }
}
