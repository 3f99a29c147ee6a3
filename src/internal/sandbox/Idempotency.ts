import type { Answer } from "./Reply.ts"

const lifetime = 90 * 60_000
const guid = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i

export const isGuid = (key: string): boolean => guid.test(key)

/** What is known of a key when a request comes with it. */
export type Found =
  | { readonly _tag: "New"; readonly keep: (answer: Answer, now: number) => void }
  | { readonly _tag: "Kept"; readonly answer: Answer }
  | { readonly _tag: "Running" }
  | { readonly _tag: "Reused" }

/** The keys of POST and PATCH requests and what was answered to them. */
export interface Idempotency {
  /** Looks a key up, and claims it when it is new. */
  readonly find: (key: string, fingerprint: string, now: number) => Found
  /** Forgets every key. */
  readonly clear: () => void
}

interface Entry {
  readonly fingerprint: string
  readonly answer: Answer | undefined
  readonly expires: number
}

export const make = (): Idempotency => {
  const entries = new Map<string, Entry>()
  const normal = (key: string): string => key.toLowerCase().replaceAll("-", "")

  const expire = (now: number): void => {
    // A key is put in again when its answer is known, so the map is in order of expiry.
    for (const [key, entry] of entries) {
      if (entry.answer === undefined) continue
      if (entry.expires > now) return
      entries.delete(key)
    }
  }

  return {
    find: (key, fingerprint, now) => {
      expire(now)
      const id = normal(key)
      const entry = entries.get(id)
      if (entry !== undefined) {
        if (entry.fingerprint !== fingerprint) return { _tag: "Reused" }
        return entry.answer === undefined ? { _tag: "Running" } : { _tag: "Kept", answer: entry.answer }
      }
      entries.set(id, { fingerprint, answer: undefined, expires: Number.POSITIVE_INFINITY })
      return {
        _tag: "New",
        keep: (answer, answeredAt) => {
          entries.delete(id)
          // Codat keeps every answer but a 429, failures of its own included.
          if (answer.status !== 429) {
            entries.set(id, { fingerprint, answer, expires: answeredAt + lifetime })
          }
        }
      }
    },
    clear: () => entries.clear()
  }
}
