/**
 * Tells those who save or show a sandbox that something in it has changed.
 */
export interface Changes {
  /** Something has changed that must not be lost, such as a company. */
  readonly made: () => void
  /** Something has happened that counts or is shown, such as a request that only reads. */
  readonly seen: () => void
  /** How many there were, so that others can detect changes. */
  readonly count: () => number
  /** Adds a function that is called with each change, synchronously. */
  readonly listen: (listener: (kind: "made" | "seen") => void) => void
}

export const make = (): Changes => {
  const listeners: Array<(kind: "made" | "seen") => void> = []
  let count = 0
  const tell = (kind: "made" | "seen") => () => {
    count++
    for (const listener of listeners) listener(kind)
  }
  return {
    made: tell("made"),
    seen: tell("seen"),
    count: () => count,
    listen: (listener) => {
      listeners.push(listener)
    }
  }
}
