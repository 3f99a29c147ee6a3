/** The commands `login` and `logout`: save an API key in a profile, and remove it. */
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
import * as Account from "../../src/internal/call/Account.ts"
import * as Credentials from "../Credentials.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Globals from "../Globals.ts"
import { Host } from "../Host.ts"
import * as Output from "../Output.ts"
import * as Profiles from "../Profiles.ts"
import { many } from "../Progress.ts"

/** Longer than any key, so that a large file is not read to its end. */
const longestKey = 10_000

/** The first line of standard input. Its writer may keep the pipe open, which must not keep this process running. */
const firstLine = Stdio.Stdio.pipe(
  Effect.flatMap(({ stdin }) =>
    stdin.pipe(
      Stream.decodeText,
      Stream.scan(
        () => "",
        (before, text) => before + text
      ),
      Stream.takeUntil((text) => /\n/.test(text) || text.length > longestKey),
      Stream.runLast
    )
  ),
  Effect.map((text) => Redacted.make(Option.getOrElse(text, () => "").split("\n")[0] ?? "")),
  Effect.mapError(
    (error) => new Failure.CommandError({ message: `standard input: ${Failure.messageOf(error)}` })
  ),
  Effect.ensuring(Effect.sync(() => process.stdin.destroy()))
)

/** Reads the key: typed without echo, or from standard input. Arguments would be visible in `ps`. */
const readKey = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const key = (yield* stdio.stdinIsTerminal)
    ? yield* Prompt.run(Prompt.Hidden({ message: "API key (it is not shown)" }))
    : yield* firstLine
  const trimmed = Redacted.value(key).trim()
  if (trimmed === "")
    return yield* new Failure.UsageError({ message: "there is no API key on the standard input" })
  if (trimmed.length > longestKey)
    return yield* new Failure.UsageError({
      message: "what is on the standard input is too long for an API key"
    })
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
        "Check the key with Codat before saving it (the default); --no-check does not ask"
      ),
      Flag.withDefault(true)
    )
  },
  Effect.fnUntraced(function* ({ baseUrl, check }) {
    const name = yield* nameOf
    const profile = { apiKey: yield* readKey, baseUrl: Option.getOrUndefined(baseUrl) }
    const saved = Credentials.fromProfile(profile).pipe(Layer.provideMerge(Credentials.transport))
    const seen = yield* (
      check
        ? Effect.map(Companies.count(), (total) => `, with ${many(total, "company", "companies")}`)
        : // A key or an address that no request can be made with is refused here as well.
          Effect.as(Account.current("login"), "")
    ).pipe(Effect.provide(saved))
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
