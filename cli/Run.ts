/** Runs the command: signals, exit codes, and what goes to stdout and to stderr. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Runtime from "effect/Runtime"
import * as Failure from "./Failure.ts"
import * as Mistakes from "./Mistakes.ts"

const config = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] })

/** Help is shown when asked for; a wrong flag gets a line on stderr. */
const presenter = (json: boolean) =>
  CliOutput.layerPresenter({
    present: Effect.fnUntraced(function* (event) {
      const path = ("commandPath" in event ? event.commandPath : []).join(" ")
      if (event._tag === "InvalidInvocation" && json) {
        const message = Mistakes.lines(event.errors, event.helpDoc).join("; ")
        return yield* Console.error(
          JSON.stringify({ error: { reason: "Usage", message, hint: `${path} --help` } })
        )
      }
      if (event._tag === "InvalidInvocation") {
        for (const mistake of Mistakes.lines(event.errors, event.helpDoc)) {
          yield* Console.error(`error: ${mistake}`)
        }
        return yield* Console.error(`  help: ${path} --help`)
      }
      if (event._tag === "Version") return yield* Console.log(`${event.name} ${event.version}`)
      if (event.reason === "Implicit" && event.commandPath.length > 1) {
        const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
        return yield* Console.error(
          CliOutput.defaultFormatter({ colors: canColor }).formatHelpDoc(event.helpDoc)
        )
      }
      return yield* CliOutput.defaultPresenter.present(event)
    })
  })

/** Standard output is for data, so the log is written to standard error. */
const log = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

/** What a command requires. No command starts a process, so what would do that is left out of the one file. */
const services = Layer.mergeAll(
  NodeFileSystem.layer,
  NodePath.layer,
  NodeStdio.layer,
  NodeTerminal.layer,
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => Effect.die("no command starts a process"))
  )
)

export interface Options {
  readonly args: ReadonlyArray<string>
  readonly version: string
}

/** The command as a program that reports its own failures. */
export const program = <Name extends string, Input, ContextInput, E>(
  command: Command.Command<Name, Input, ContextInput, E, Command.Environment>,
  { args, version }: Options
) => {
  const json = args.slice(0, [...args, "--"].indexOf("--")).includes("--json")
  return Command.runWith(command, { version })(args).pipe(
    Effect.tapCause((cause) => {
      const said = Cause.hasInterruptsOnly(cause) ? undefined : Failure.render(cause, json)
      return said === undefined ? Effect.void : Console.error(said)
    }),
    Effect.provide(Layer.mergeAll(services, config, presenter(json), log))
  )
}

const signals = { SIGINT: 130, SIGTERM: 143 } as const

/** The exit code of a program that no signal ended. */
export const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  if (Cause.hasInterruptsOnly(exit.cause)) return signals.SIGINT
  const error = Cause.squash(exit.cause)
  if (error instanceof Failure.OutputError) return Failure.codeOf(error) === "EPIPE" ? 0 : 1
  // Includes help that was shown because a subcommand was missing.
  return Failure.exitCode(error)
}

const runMain = Runtime.makeRunMain(({ fiber }) => {
  let signalled: number | undefined
  let failedOutput: unknown

  const stop = (code: number) => () => {
    if (signalled !== undefined) process.exit(code)
    signalled = code
    fiber.interruptUnsafe(fiber.id)
  }
  for (const [name, code] of Object.entries(signals)) process.on(name, stop(code))

  // Without a listener, Node throws the error.
  process.stdout.on("error", (error) => {
    failedOutput ??= error
    fiber.interruptUnsafe(fiber.id)
  })
  process.stderr.on("error", () => {})

  fiber.addObserver((exit) => {
    const output =
      failedOutput ??
      (Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof Failure.OutputError
        ? Cause.squash(exit.cause)
        : undefined)
    if (signalled !== undefined) return process.exit(signalled)
    // A command that has failed by itself stays a failure, also when its output is no longer read.
    const isFailure = Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof Failure.CommandError
    if (output !== undefined && !isFailure) {
      // A reader such as `head -3` has read enough, which is not a failure.
      if (Failure.codeOf(output) === "EPIPE") return process.exit(0)
      process.stderr.write(`error: cannot write the output: ${Failure.messageOf(output)}\n`)
      return process.exit(1)
    }
    const code = codeOf(exit)
    if (code !== 0) process.exit(code)
  })
})

/** Runs the program and sets the exit code. A second signal ends the process at once. */
export const main = <E>(program: Effect.Effect<void, E>): void =>
  runMain(program, { disableErrorReporting: true })
