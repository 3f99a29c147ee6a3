/**
 * What the scripts share: how they run, and how they say that they failed.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** Runs a command: one line on stderr and exit code 1 for a failure, 130 after Ctrl-C. */
export const main = <E>(program: Effect.Effect<void, E, NodeServices.NodeServices>): void =>
  program.pipe(
    Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : report(cause))),
    Effect.provide(Layer.mergeAll(NodeServices.layer, flags, invalidFlags)),
    NodeRuntime.runMain({ disableErrorReporting: true })
  )

const flags = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] })

/** The help goes to those who ask for it. */
const invalidFlags = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.forEach(
          event.errors,
          (error) => Console.error(`error: ${error.message} (--help shows the flags)`),
          {
            discard: true
          }
        )
      : CliOutput.defaultPresenter.present(event)
})

const report = <E>(cause: Cause.Cause<E>): Effect.Effect<void> => {
  const error = Cause.squash(cause)
  // A wrong flag has been shown already.
  if (CliError.isCliError(error)) return Effect.void
  // A defect is a mistake in the program: all there is to know about it.
  if (Cause.hasDies(cause)) return Console.error(Cause.pretty(cause))
  return Console.error(`error: ${messageOf(error instanceof Config.ConfigError ? error.cause : error)}`)
}

const messageOf = (error: unknown): string =>
  Predicate.hasProperty(error, "message") ? String(error.message) : String(error)

/** Says in words why a server could not listen. */
export const cannotListen =
  (address: string) =>
  ({ cause }: HttpServerError.ServeError): Effect.Effect<never, Error> => {
    const inUse = Predicate.hasProperty(cause, "code") && cause.code === "EADDRINUSE"
    return Effect.fail(
      new Error(
        inUse
          ? `${address} is in use; choose another port with --port`
          : `cannot listen on ${address}: ${messageOf(cause)}`
      )
    )
  }

/** A whole number that a flag can be. */
export const between = (minimum: number, maximum: number) =>
  Schema.Int.check(
    Schema.isBetween(
      { minimum, maximum },
      { message: `Expected a whole number from ${minimum} to ${maximum}` }
    )
  )

/** `2,500` */
export const whole = (value: number): string => value.toLocaleString("en-GB")
