/**
 * The output of a run for a person: plain text, and one progress line that is redrawn.
 */
import type { WriteStream } from "node:tty"
import { many, whole } from "../Progress.ts"
import type { Tally } from "./Tally.ts"

export interface Run {
  readonly companyId: string
  readonly isSandbox: boolean
  readonly pageSize: number
}

const barWidth = 28
const eraseLine = "\r\u001b[2K"

/** A screen on a terminal. */
export const make = (terminal: WriteStream) => {
  const write = (text: string) => terminal.write(text)
  const redraw = (line: string) => write(eraseLine + line.slice(0, (terminal.columns || 80) - 1))
  return {
    heading: ({ baseUrl, companyId, isSandbox }: Run & { readonly baseUrl: string }) => {
      write(`
Every connection of company ${companyId}
from ${baseUrl}${isSandbox ? " (a sandbox in this process, over real HTTP)" : ""}

`)
    },
    progress: (tally: Tally) => {
      redraw(`  ${bar(tally)}   page ${tally.pages}   ${tally.platform}`)
    },
    /** Shows a text in place of the progress, such as during a wait. */
    note: (text: string) => {
      redraw(`  ${text}`)
    },
    clear: () => {
      write(eraseLine)
    },
    summary: (tally: Tally, run: Run & { readonly requests: number; readonly millis: number }) => {
      const rate =
        run.millis > 0 ? ` (${whole(Math.round((tally.connections / run.millis) * 1000))} a second)` : ""
      write(`  ${many(tally.connections, "connection")} on ${many(tally.pages, "page")}; ${many(run.requests, "request")}, ${(run.millis / 1000).toFixed(2)} s${rate}

${sideBySide(table("By status", tally.byStatus), table("By source type", tally.bySourceType))}

${next(run)}`)
    }
  }
}

const bar = ({ connections, total }: Tally): string => {
  if (total === undefined) return whole(connections)
  const done = total === 0 ? barWidth : Math.min(barWidth, Math.round((connections / total) * barWidth))
  return `${"█".repeat(done)}${"░".repeat(barWidth - done)}  ${whole(connections)} of ${whole(total)}`
}

/** The largest first. */
const table = (title: string, counts: ReadonlyMap<string, number>): ReadonlyArray<string> => {
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => [name, whole(count)] as const)
  const names = Math.max(0, ...rows.map(([name]) => name.length))
  const numbers = Math.max(0, ...rows.map(([, count]) => count.length))
  return [title, ...rows.map(([name, count]) => `  ${name.padEnd(names)}  ${count.padStart(numbers)}`)]
}

const sideBySide = (left: ReadonlyArray<string>, right: ReadonlyArray<string>): string => {
  const width = Math.max(...left.map((line) => line.length)) + 6
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
    `  ${(left[index] ?? "").padEnd(width)}${right[index] ?? ""}`.trimEnd()
  ).join("\n")
}

/** Commands to try next, in the form in which this program was started. */
const next = ({ isSandbox }: Run): string => {
  const npm = process.env["npm_lifecycle_event"] === "start"
  const self = npm ? "npm start --" : "npx effect-codat demo"
  const lines = [
    [`${self} --page-size 1000 --concurrency 4`, "larger pages"],
    [npm ? "npm start --silent | head -3" : `${self} | head -3`, "as JSON"],
    [npm ? "npm run sandbox" : "npx effect-codat sandbox", "for your own program"],
    ...(isSandbox ? [[`CODAT_API_KEY=… ${self} --company ID`, "the same, from Codat"]] : [])
  ]
  const width = Math.max(...lines.map(([command = ""]) => command.length))
  return lines.map(([command = "", what]) => `  ${command.padEnd(width)}   ${what}\n`).join("")
}
