/** Asking before what cannot be undone. */
import * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Failure from "./Failure.ts"
import * as Output from "./Output.ts"

/** Whether to go on: yes with `--yes`, or when the person at the terminal says so; anything else ends the command. */
export const confirm = Effect.fnUntraced(function* (what: string, yes: boolean) {
  if (yes) return true
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    return yield* new Failure.UsageError({ message: `${what}: add --yes where nobody can be asked` })
  }
  const agreed = yield* Prompt.run(Prompt.Confirm({ message: `${what}?`, initial: false }))
  if (!agreed) yield* Output.note("Nothing was changed.")
  return agreed
})
