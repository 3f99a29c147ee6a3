/**
 * Idempotency keys, and the responses that are kept for them.
 */
import type { Answer } from "./Reply.ts"

const lifetime = 90 * 60_000
const guid = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i

export const isGuid = (key: string): boolean => guid.test(key)

/** The state of the key of a request that has just arrived. */
export type Found =
  | { readonly _tag: "New"; readonly keep: (answer: Answer, now: number) => void }
  | { readonly _tag: "Kept"; readonly answer: Answer }
  | { readonly _tag: "Running" }
  | { readonly _tag: "Reused" }

/** The idempotency keys of POST and PATCH requests and the responses to them. */
export interface Idempotency {
  /** Looks a key up, and marks it as running when it is new. */
  readonly find: (key: string, fingerprint: string, now: number) => Found
  /** Deletes every key. */
  readonly clear: () => void
}

interface Entry {
  readonly fingerprint: string
  readonly answer: Answer | undefined
  readonly expires: number
}

/** Roughly how much memory an answered key takes. */
const sizeOf = (fingerprint: string, { body = "" }: Answer): number => fingerprint.length + body.length

/** Keeps responses for 90 minutes, at most `maxBytes` of them, so that the memory of a server is bounded. */
export const make = (maxBytes: number): Idempotency => {
  const entries = new Map<string, Entry>()
  const normal = (key: string): string => key.toLowerCase().replaceAll("-", "")
  let bytes = 0

  const expire = (now: number): void => {
    // A key is inserted again when its response is known, so the answered keys are in order of expiry.
    for (const [key, { answer, expires, fingerprint }] of entries) {
      if (answer === undefined) continue
      if (expires > now && bytes <= maxBytes) return
      entries.delete(key)
      bytes -= sizeOf(fingerprint, answer)
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
      const running: Entry = { fingerprint, answer: undefined, expires: Number.POSITIVE_INFINITY }
      entries.set(id, running)
      return {
        _tag: "New",
        keep: (answer, answeredAt) => {
          // Another entry, or none, means that all keys were deleted meanwhile.
          if (entries.get(id) !== running) return
          entries.delete(id)
          // Codat stores every response except a 429; it also stores its own failures.
          if (answer.status !== 429) {
            entries.set(id, { fingerprint, answer, expires: answeredAt + lifetime })
            bytes += sizeOf(fingerprint, answer)
            expire(answeredAt)
          }
        }
      }
    },
    clear: () => {
      entries.clear()
      bytes = 0
    }
  }
}
