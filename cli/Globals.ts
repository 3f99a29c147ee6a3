/** The flags that every command takes. */
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"

/** Refuses the text of a shell variable that is not set: the flag would have no effect. */
const notEmpty = Flag.filter<string>(
  (text) => /[^\s,]/.test(text),
  () => "at least one name"
)

export const Json = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDescription("One JSON object per line, the default in a pipe; errors are JSON too"),
    Flag.withDefault(false),
    Flag.withoutNegation
  )
})

export const Fields = GlobalFlag.Setting("fields")({
  flag: Flag.String("fields").pipe(
    Flag.withMetavar("a,b.c"),
    Flag.withDescription("Only these fields, in this order"),
    notEmpty,
    Flag.map((text) =>
      text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "")
    ),
    Flag.withDefault<ReadonlyArray<string>>([])
  )
})

export const Profile = GlobalFlag.Setting("profile")({
  flag: Flag.String("profile").pipe(
    Flag.withMetavar("name"),
    Flag.withDescription("The credentials that `login` saved under this name"),
    notEmpty,
    Flag.optional
  )
})

export const ShowSecrets = GlobalFlag.Setting("show-secrets")({
  flag: Flag.Boolean("show-secrets").pipe(
    Flag.withDescription("Show link URLs and keys, which are hidden otherwise"),
    Flag.withDefault(false),
    Flag.withoutNegation
  )
})

export const all = [Json, Fields, Profile, ShowSecrets] as const
