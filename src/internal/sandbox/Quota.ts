const day = 86_400_000

/** Codat's daily allowance of requests, which starts anew at 00:00 UTC. */
export interface Quota {
  /** Counts a request; how many seconds to wait when there is none left. */
  readonly take: (now: number) => { readonly retryAfter: number } | undefined
  readonly headers: (now: number) => { readonly [name: string]: string }
}

export const make = (limit: number): Quota => {
  let today = Number.NaN
  let used = 0

  const turn = (now: number): number => {
    const current = Math.floor(now / day)
    if (current !== today) {
      today = current
      used = 0
    }
    return (current + 1) * day
  }

  return {
    take: (now) => {
      const reset = turn(now)
      if (used >= limit) return { retryAfter: Math.max(1, Math.ceil((reset - now) / 1000)) }
      used++
      return undefined
    },
    headers: (now) => {
      const reset = turn(now)
      return {
        "x-rate-limit-limit": String(limit),
        "x-rate-limit-remaining": String(limit - used),
        "x-rate-limit-reset": new Date(reset).toISOString()
      }
    }
  }
}
