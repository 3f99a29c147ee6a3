/** How a command fails: in words for a person, in JSON for a program, and with an exit code. */
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { CodatError } from "effect-codat"

/** The command was called wrongly: exit code 2. */
export class UsageError extends Schema.TaggedError<UsageError>("cli/UsageError")("UsageError", {
  message: Schema.String
}) {}

/** The command failed for a reason other than an error of Codat's: exit code 1. */
export class CommandError extends Schema.TaggedError<CommandError>("cli/CommandError")("CommandError", {
  message: Schema.String,
  hint: Schema.optional(Schema.String)
}) {}

/** Standard output cannot be written: its reader has exited, or the disk is full. */
export class OutputError extends Schema.TaggedError<OutputError>("cli/OutputError")("OutputError", {
  cause: Schema.Defect()
}) {}

export const exitCode = (error: unknown): number =>
  error instanceof UsageError || (CliError.isCliError(error) && !(error instanceof CliError.UserError))
    ? 2
    : 1

// -----------------------------------------------------------------------------
// The system's errors
// -----------------------------------------------------------------------------

const systemMessages: { readonly [code: string]: string } = {
  ENOSPC: "no space is left on the disk",
  EPIPE: "nobody reads it any more",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
  ENOENT: "there is no such file or directory",
  EFBIG: "the file is too large",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was closed",
  ENOTFOUND: "there is no such host"
}

/** The system's error code, such as `ENOSPC`, of an error or of its causes. */
export const codeOf = (error: unknown, depth = 0): string | undefined => {
  if (!Predicate.isObject(error) || depth > 5) return undefined
  if (Predicate.hasProperty(error, "code") && Predicate.isString(error.code)) return error.code
  return Predicate.hasProperty(error, "cause") ? codeOf(error.cause, depth + 1) : undefined
}

/** What an error says; its first cause, where it has one, says the most. */
export const messageOf = (error: unknown, depth = 0): string => {
  const system = systemMessages[codeOf(error) ?? ""]
  if (system !== undefined) return system
  const cause = Predicate.hasProperty(error, "cause") ? error.cause : undefined
  if (depth < 5 && Predicate.hasProperty(cause, "message") && cause.message !== "") {
    return messageOf(cause, depth + 1)
  }
  return Predicate.hasProperty(error, "message") ? String(error.message) : String(error)
}

// -----------------------------------------------------------------------------
// Codat's errors
// -----------------------------------------------------------------------------

const hintOf = (error: CodatError.CodatError): string | undefined => {
  const { reason } = error
  switch (reason._tag) {
    case "Authentication":
      return "Set CODAT_API_KEY alone, or save a key with: effect-codat login"
    case "Unauthorized":
      return "Codat does not know these credentials. Check the variable that is set, or the profile: effect-codat login"
    case "Forbidden":
      return "The key is valid, but has no permission for this."
    case "PaymentRequired":
      return "The account is at its limit: see https://app.codat.io"
    case "NotFound":
      return "It does not exist, or was deleted. Check the ids, and that the key belongs to the right account."
    case "RateLimited":
      return error.retryAfter === undefined
        ? "Wait, and try again."
        : `Codat answers again in ${Duration.format(error.retryAfter)}.`
    case "Timeout":
      // Codat answered, but what was waited for did not happen.
      if (reason.bound === "await") return "It may happen later: run it again, or wait longer with --timeout."
      return "Check the network, and CODAT_BASE_URL or the profile's host."
    case "Transport":
      return "Check the network, and CODAT_BASE_URL or the profile's host."
    case "InvalidResponse":
      return "Check that CODAT_BASE_URL is an address of Codat's API. --skip-invalid leaves out single invalid rows."
    default:
      return error.isRetryable ? "Trying again may help." : undefined
  }
}

/** The operations whose commands take `--idempotency-key`, and that make another thing when they are run again. */
const makes = new Set([
  "Companies.create",
  "Connections.create",
  "WebhookConsumers.create",
  "WebhookConsumers.rotateZapierKey",
  "request"
])

/** How to repeat a write that may have been made although it failed. */
const againOf = ({ idempotencyKey, operation, reason }: CodatError.CodatError): string | undefined =>
  idempotencyKey !== undefined &&
  makes.has(operation) &&
  ["Transport", "Timeout", "ServerError", "InvalidResponse"].includes(reason._tag)
    ? `It may have been done although it failed: to run it again, add --idempotency-key ${idempotencyKey}`
    : undefined

const facts = (error: CodatError.CodatError) => {
  const { reason } = error
  return {
    operation: error.operation,
    reason: reason._tag,
    statusCode: error.statusCode,
    message: reason.message,
    correlationId: "correlationId" in reason ? reason.correlationId : undefined,
    attempts: error.attempts.length > 1 ? error.attempts.length : undefined,
    idempotencyKey: error.idempotencyKey,
    resetAt:
      "resetAt" in reason && reason.resetAt !== undefined ? DateTime.formatIso(reason.resetAt) : undefined,
    isRetryable: error.isRetryable,
    hint: [hintOf(error), againOf(error)].filter((hint) => hint !== undefined).join(" ") || undefined
  }
}

const block = (error: CodatError.CodatError): string => {
  const { attempts, correlationId, hint, idempotencyKey, message, operation, reason, resetAt, statusCode } =
    facts(error)
  const status = statusCode === undefined ? "" : ` ${statusCode}`
  const lines: ReadonlyArray<readonly [name: string, value: string | number | undefined]> = [
    ["correlation id", correlationId],
    ["attempts", attempts],
    ["idempotency key", idempotencyKey],
    ["quota resets", resetAt],
    ["hint", hint]
  ]
  return [
    `error: ${operation}: ${reason}${status}: ${message}`,
    ...lines.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name}: ${value}`]))
  ].join("\n")
}

/** The text of a failure for stderr; `undefined` when it was shown already. */
export const render = (cause: Cause.Cause<unknown>, json: boolean): string | undefined => {
  const error = Cause.squash(cause)
  if (CliError.isCliError(error) || error instanceof OutputError) return undefined
  // A defect is a mistake in this program: show everything about it.
  if (Cause.hasDies(cause)) return Cause.pretty(cause)
  const hint = error instanceof CommandError ? error.hint : undefined
  if (json) {
    const said = CodatError.isCodatError(error)
      ? facts(error)
      : { reason: error instanceof UsageError ? "Usage" : "Failure", message: messageOf(error), hint }
    return JSON.stringify({ error: said })
  }
  if (CodatError.isCodatError(error)) return block(error)
  return `error: ${messageOf(error)}${hint === undefined ? "" : `\n  hint: ${hint}`}`
}
