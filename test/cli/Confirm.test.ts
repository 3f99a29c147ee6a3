/**
 * The question before a change that cannot be undone.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Queue from "effect/Queue"
import * as Terminal from "effect/Terminal"
import { confirm } from "../../cli/Confirm.ts"
import { Host } from "../../cli/Host.ts"

/** The answer to `delete 1 connection` of a person who presses one key, and what the person sees. */
const answered = Effect.fnUntraced(function* (
  name: string,
  {
    stdin = true,
    stdout = true,
    yes = false
  }: { readonly stdin?: boolean; readonly stdout?: boolean; readonly yes?: boolean } = {}
) {
  let asked = ""
  let noted = ""
  const key = { name, ctrl: false, meta: false, shift: false }
  const input = Option.some(name === "enter" ? "\r" : name)
  const terminal = Terminal.make({
    columns: Effect.succeed(80),
    rows: Effect.succeed(24),
    size: Effect.die("a question does not watch the size"),
    readInput: Effect.gen(function* () {
      const keys = yield* Queue.unbounded<Terminal.UserInput>()
      yield* Queue.offer(keys, { input, key })
      return keys
    }),
    readLine: Effect.die("a question does not read lines"),
    display: (text) =>
      Effect.sync(() => {
        asked += text
      })
  })
  const host: Host = {
    env: {},
    stdin: { isTTY: stdin },
    stdout: { isTTY: stdout, write: () => assert.fail("a question is no data") },
    stderr: {
      write: (text) => {
        noted += text
      }
    }
  }
  const agreed = yield* confirm("delete 1 connection", yes).pipe(
    Effect.provideService(Host, host),
    Effect.provide(
      Layer.mergeAll(FileSystem.layerNoop({}), Path.layer, Layer.succeed(Terminal.Terminal, terminal))
    ),
    Effect.catchTag("UsageError", ({ message }) => Effect.succeed(message))
  )
  return { agreed, asked, noted }
})

describe("a change that cannot be undone", () => {
  it.effect("is made when the person agrees, and not when Enter is all that is pressed", () =>
    Effect.gen(function* () {
      const agreed = yield* answered("y")
      assert.include(agreed.asked, "Delete 1 connection?")
      assert.deepStrictEqual([agreed.agreed, agreed.noted], [true, ""])
      for (const key of ["n", "enter"]) {
        const refused = yield* answered(key)
        assert.deepStrictEqual([refused.agreed, refused.noted], [false, "Nothing was changed.\n"], key)
      }
    })
  )

  it.effect("is not asked about with --yes, nor where nobody could answer", () =>
    Effect.gen(function* () {
      for (const streams of [{}, { stdin: false }, { stdout: false }]) {
        assert.deepStrictEqual(yield* answered("n", { ...streams, yes: true }), {
          agreed: true,
          asked: "",
          noted: ""
        })
      }
      for (const streams of [{ stdin: false }, { stdout: false }]) {
        assert.deepStrictEqual(yield* answered("y", streams), {
          agreed: "delete 1 connection: add --yes when there is no terminal to confirm it",
          asked: "",
          noted: ""
        })
      }
    })
  )
})
