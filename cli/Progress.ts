/** A progress line on stderr, redrawn in place; nothing is drawn when stderr is not a terminal. */
import { fstatSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Host } from "./Host.ts"

const eraseLine = "\r\u001b[2K"
const frame = 100

export interface Progress {
  readonly show: (text: string) => Effect.Effect<void>
  readonly clear: Effect.Effect<void>
}

/** The program that reads a pipe may write to the same terminal; a file does not. */
const isPipe = (): boolean => {
  const stats = fstatSync(1)
  return stats.isFIFO() || stats.isSocket()
}

/** Makes a progress line; it is drawn only when nothing else is written to that terminal. */
export const make = (options?: { readonly writesNoData: boolean }): Effect.Effect<Progress> =>
  Effect.map(Host, ({ stderr: terminal, stdout }) => {
    const isShown =
      terminal.isTTY === true && (options?.writesNoData === true || (stdout.isTTY !== true && !isPipe()))
    let last = 0
    return {
      show: (text) =>
        isShown
          ? Effect.map(Clock.currentTimeMillis, (now) => {
              if (now - last < frame) return
              last = now
              terminal.write(eraseLine + text.slice(0, (terminal.columns || 80) - 1))
            })
          : Effect.void,
      clear: Effect.sync(() => {
        if (isShown && last > 0) terminal.write(eraseLine)
      })
    }
  })

/** `2,500` */
export const whole = (value: number): string => value.toLocaleString("en-GB")

/** `1 connection`, `2,500 connections` */
export const many = (count: number, noun: string, plural = `${noun}s`): string =>
  `${whole(count)} ${count === 1 ? noun : plural}`
