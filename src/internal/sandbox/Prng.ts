/**
 * Random numbers that are the same for the same seed.
 */
import * as Schema from "effect/Schema"

/** A small seeded random generator (sfc32), so that two sandboxes with the same seed behave the same. */
export interface Prng {
  /** A whole number of 32 bits. */
  readonly bits: () => number
  /** A number from 0 (included) to 1 (excluded). */
  readonly next: () => number
  /** A whole number from `min` to `max`, both included. */
  readonly between: (min: number, max: number) => number
  readonly uuid: () => string
  /** `length` hexadecimal digits. */
  readonly hex: (length: number) => string
  /** The current position, to go on from it later. */
  readonly position: () => Position
  readonly goTo: (position: Position) => void
}

export const Position = Schema.Tuple([Schema.Int, Schema.Int, Schema.Int, Schema.Int])

/** The position of a {@link Prng}. */
export type Position = typeof Position.Type

const hash = (text: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  }
  return h >>> 0
}

const eight = (bits: number): string => bits.toString(16).padStart(8, "0")

/** Each `purpose` has its own stream of the seed, so that an injected fault does not change later identifiers. */
export const make = (seed: number | string, purpose: string): Prng => {
  const text = `${typeof seed}:${seed}:${purpose}`
  let a = hash(text)
  let b = hash(`${text}:b`)
  let c = hash(`${text}:c`)
  let counter = 1

  const bits = (): number => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result
    c |= 0
    return result >>> 0
  }
  for (let i = 0; i < 12; i++) bits()

  const next = (): number => bits() / 0x1_0000_0000

  const hex = (length: number): string => {
    let out = ""
    while (out.length < length) out += eight(bits())
    return out.slice(0, length)
  }

  const uuid = (): string => {
    const digits = hex(32)
    const variant = "89ab".charAt(bits() & 3)
    return (
      `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}` +
      `-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
    )
  }

  return {
    bits,
    next,
    hex,
    uuid,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    position: () => [a, b, c, counter],
    goTo: (position) => {
      ;[a, b, c, counter] = position
    }
  }
}
