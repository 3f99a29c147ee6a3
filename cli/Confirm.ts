/** Confirmation before a destructive change. */
import * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Failure from "./Failure.ts"
import { Host } from "./Host.ts"
import * as Output from "./Output.ts"

/** Whether to continue: with `--yes`, or when the person at the terminal agrees. */
export const confirm = Effect.fnUntraced(function* (what: string, yes: boolean) {
  if (yes) return true
  const { stdin, stdout } = yield* Host
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    return yield* new Failure.UsageError({
      message: `${what}: add --yes when there is no terminal to confirm it`
    })
  }
  const agreed = yield* Prompt.run(
    Prompt.Confirm({ message: `${what.charAt(0).toUpperCase()}${what.slice(1)}?`, initial: false })
  )
  if (!agreed) yield* Output.note("Nothing was changed.")
  return agreed
})
