import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Companies } from "effect-codat"
import * as Credentials from "../Credentials.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Globals from "../Globals.ts"
import { Host } from "../Host.ts"
import * as Output from "../Output.ts"
import * as Profiles from "../Profiles.ts"
import { many } from "../Progress.ts"

/** Reads the key: typed without echo, or the first line of standard input. Arguments would be visible in `ps`. */
const readKey = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const key = (yield* stdio.stdinIsTerminal)
    ? yield* Prompt.run(Prompt.Hidden({ message: "API key (it is not shown)" }))
    : yield* stdio.stdin.pipe(
        Stream.decodeText,
        Stream.splitLines,
        Stream.runHead,
        Effect.map((line) => Redacted.make(Option.getOrElse(line, () => ""))),
        Effect.orDie
      )
  const trimmed = Redacted.value(key).trim()
  if (trimmed === "")
    return yield* new Failure.UsageError({ message: "there is no API key on the standard input" })
  return Redacted.make(trimmed)
})

/** The profile that every other command would take. */
const nameOf = Effect.gen(function* () {
  const { env } = yield* Host
  return Option.getOrElse(yield* Globals.Profile, () => env["CODAT_PROFILE"] || "default")
})

export const login = Command.make(
  "login",
  {
    baseUrl: Flags.url("base-url").pipe(
      Flag.withDescription("The host that the key is for, if it is not Codat's own"),
      Flag.optional
    ),
    check: Flag.Boolean("check").pipe(
      Flag.withDescription(
        "Check the key with Codat before saving it (the default); --no-check only saves it"
      ),
      Flag.withDefault(true)
    )
  },
  Effect.fnUntraced(function* ({ baseUrl, check }) {
    const name = yield* nameOf
    const profile = { apiKey: yield* readKey, baseUrl: Option.getOrUndefined(baseUrl) }
    const seen = check
      ? yield* Companies.count().pipe(
          Effect.map((total) => `, with ${many(total, "company", "companies")}`),
          Effect.provide(Credentials.fromProfile(profile).pipe(Layer.provideMerge(Credentials.transport)))
        )
      : ""
    const path = yield* Profiles.set(name, profile)
    yield* Output.note(`Saved profile ${name}${seen}, in ${path}.`)
  })
).pipe(
  Command.withDescription(
    "Save an API key as a profile, in a file that only you can read. Type it without echo, or pipe it in."
  ),
  Command.withShortDescription("Save an API key"),
  Command.withExamples([
    { command: "effect-codat login" },
    { command: "pass codat/staging | effect-codat login --profile staging" }
  ])
)

export const logout = Command.make(
  "logout",
  {},
  Effect.fnUntraced(function* () {
    const name = yield* nameOf
    yield* Output.note(
      (yield* Profiles.remove(name)) ? `Forgot profile ${name}.` : `There is no profile ${name}.`
    )
  })
).pipe(Command.withDescription("Forget a saved API key"))
