/**
 * The limits on requests at one time and in one minute.
 */
import * as Ids from "./Ids.ts"

const minute = 60_000

/** Codat's limits on the rate of requests, beside the daily quota. */
export interface Limits {
  /** Counts a request from an address. Returns how many seconds to wait when the address has none left in this minute. */
  readonly perMinute: (address: string, now: number) => number | undefined
  /** Counts a running request of a company; `false` when too many are running. */
  readonly enter: (companyId: string) => boolean
  readonly leave: (companyId: string) => void
}

export const make = (options: {
  readonly concurrentRequests: number | undefined
  readonly requestsPerMinute: number | undefined
}): Limits => {
  const { concurrentRequests, requestsPerMinute } = options
  const running = new Ids.IdMap<number>()
  let current = Number.NaN
  let counts = new Map<string, number>()

  return {
    perMinute: (address, now) => {
      if (requestsPerMinute === undefined) return undefined
      const window = Math.floor(now / minute)
      if (window !== current) {
        current = window
        counts = new Map()
      }
      const count = (counts.get(address) ?? 0) + 1
      counts.set(address, count)
      return count > requestsPerMinute
        ? Math.max(1, Math.ceil(((window + 1) * minute - now) / 1000))
        : undefined
    },
    enter: (companyId) => {
      if (concurrentRequests === undefined) return true
      const count = running.get(companyId) ?? 0
      if (count >= concurrentRequests) return false
      running.set(companyId, count + 1)
      return true
    },
    leave: (companyId) => {
      if (concurrentRequests === undefined) return
      const count = (running.get(companyId) ?? 1) - 1
      if (count === 0) running.delete(companyId)
      else running.set(companyId, count)
    }
  }
}
