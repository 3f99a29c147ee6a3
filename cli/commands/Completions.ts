import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Output from "../Output.ts"

/** Prints completions. The root command contains this one, so it is passed as a function. */
export const completions = (root: () => Command.Command.Any) =>
  Command.make(
    "completions",
    {
      shell: Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(
        Argument.withDescription("bash, zsh or fish")
      )
    },
    ({ shell }) =>
      Output.write(`${Completions.generate("effect-codat", shell, Completions.fromCommand(root()))}\n`)
  ).pipe(
    Command.withDescription("Print what a shell needs to complete commands and flags"),
    Command.withExamples([
      { command: 'eval "$(effect-codat completions bash)"', description: "In ~/.bashrc" },
      { command: "effect-codat completions zsh > ~/.zfunc/_effect-codat", description: "zsh" },
      {
        command: "effect-codat completions fish > ~/.config/fish/completions/effect-codat.fish",
        description: "fish"
      }
    ])
  )
