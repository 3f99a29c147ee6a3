/** The command `completions`: prints the completion script for a shell. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Globals from "../Globals.ts"
import * as Output from "../Output.ts"

/** The flags that every command takes, which the descriptor of a command leaves out. */
const everywhere = Completions.fromCommand(
  Command.make("everywhere", {
    json: Globals.Json.flag,
    fields: Globals.Fields.flag,
    profile: Globals.Profile.flag,
    showSecrets: Globals.ShowSecrets.flag,
    help: GlobalFlag.Help.flag.pipe(Flag.withoutNegation)
  })
).flags

const withGlobals = (command: Completions.CommandDescriptor): Completions.CommandDescriptor => ({
  ...command,
  flags: [...command.flags, ...everywhere],
  subcommands: command.subcommands.map(withGlobals)
})

const scriptOf = (shell: Completions.Shell, root: Command.Command.Any): string => {
  const command = withGlobals(Completions.fromCommand(root))
  const names = command.subcommands.map(({ name }) => name).join(" ")
  return (
    Completions.generate("effect-codat", shell, command)
      // The script explains its installation with a flag that this command does not have.
      .replaceAll("effect-codat --completions ", "effect-codat completions ")
      // For an argument without values zsh shows only a message, and then completes no flags there.
      .replaceAll(/^( {4}'\*?:.*):'$/gm, shell === "zsh" ? "$1:( )'" : "$&")
      // Without `compdef`, the function that zsh autoloads completes only once.
      .replace('  _effect_codat "$@"\nelse\n', "  compdef _effect_codat effect-codat\n$&")
      // Fish's own function takes the value of a flag before the command for the command.
      .replaceAll("__fish_use_subcommand", `not __fish_seen_subcommand_from ${names}`)
  )
}

/** Prints completions. The root command contains this one, so it is passed as a function. */
export const completions = (root: () => Command.Command.Any) =>
  Command.make(
    "completions",
    {
      shell: Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(
        Argument.withDescription("bash, zsh or fish")
      )
    },
    ({ shell }) => Output.write(`${scriptOf(shell, root())}\n`)
  ).pipe(
    Command.withDescription("Print the completion script for a shell"),
    Command.withExamples([
      { command: 'eval "$(effect-codat completions bash)"', description: "In ~/.bashrc" },
      { command: "effect-codat completions zsh > ~/.zfunc/_effect-codat", description: "zsh" },
      {
        command: "effect-codat completions fish > ~/.config/fish/completions/effect-codat.fish",
        description: "fish"
      }
    ])
  )
