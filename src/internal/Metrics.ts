/**
 * What this library counts.
 */
import * as Metric from "effect/Metric"

/** A counter's series of one operation and outcome. */
export type Series = (operation: string, outcome: string) => Metric.Counter<number>

/**
 * A counter with a series for each operation and outcome. The series are kept: a metric that is given its attributes
 * at each update looks for its series anew.
 */
const counters = (id: string, description: string): Series => {
  const series = new Map<string, Metric.Counter<number>>()
  return (operation: string, outcome: string): Metric.Counter<number> => {
    const key = `${operation} ${outcome}`
    const known = series.get(key)
    if (known !== undefined) return known
    const counter = Metric.counter(id, { description, incremental: true, attributes: { operation, outcome } })
    series.set(key, counter)
    return counter
  }
}

/**
 * Requests sent, attempts included, by operation and by outcome (`ok`, or the tag of a reason). One that is interrupted
 * has no outcome and is not counted.
 */
export const requests = counters("codat_requests", "Requests sent to Codat, every attempt included")

/** Attempts that were repeated, by operation and by reason. */
export const retries = counters("codat_retries", "Requests to Codat that were sent again")

/** Calls that failed for good, by operation and by reason. */
export const failures = counters("codat_failures", "Calls to Codat that failed, retries included")

/** Rows left out of a list because they could not be decoded. */
export const skippedRows = Metric.counter("codat_skipped_rows", {
  description: "Rows left out of a list because they could not be decoded",
  incremental: true
})

/** What is left of the quota. */
export const quotaRemaining = Metric.gauge("codat_quota_remaining", {
  description: "Requests that are left of Codat's quota"
})
