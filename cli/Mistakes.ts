/** Wrong flags, arguments and commands, in words. */
import type * as CliError from "effect/cli/CliError"
import type * as HelpDoc from "effect/cli/HelpDoc"

const lacksValue = (error: CliError.NonShowHelpErrors): boolean =>
  error._tag === "InvalidValue" && error.kind === "flag" && error.value === ""

/**
 * A line for each mistake in the arguments. When a flag has no value, only that is said: in `--order-by -created`, each
 * letter of what was meant as the value is read as a flag.
 */
export const lines = (
  errors: ReadonlyArray<CliError.NonShowHelpErrors>,
  { args = [], usage: synopsis }: HelpDoc.HelpDoc
): ReadonlyArray<string> => {
  const unfinished = errors.find(lacksValue)
  if (unfinished?._tag === "InvalidValue" && errors.some(({ _tag }) => _tag === "UnrecognizedOption")) {
    return [`${usage(unfinished)}; one that begins with - follows =, as in --${unfinished.option}=-x`]
  }
  return errors.map((error) =>
    error._tag === "UnrecognizedOption" && args.some(({ name }) => `--${name}` === error.option)
      ? `${error.option.slice(2)} is given without a flag: ${synopsis}`
      : usage(error)
  )
}

/** One line for a wrong flag, argument or command. */
const usage = (error: CliError.NonShowHelpErrors): string => {
  switch (error._tag) {
    case "InvalidValue": {
      const name = error.kind === "flag" ? `--${error.option}` : error.option
      const expected = error.expected
        .replace(/^(Schema validation failed: )?(Expected:? )?/, "")
        .replace(/, got .*$/, "")
        .replace("a string representing a finite number", "a whole number")
        .replace(
          /^"[^"]*"(?: \| "[^"]*")+$/,
          (all) => `one of ${all.replaceAll('"', "").replaceAll(" | ", ", ")}`
        )
      if (lacksValue(error)) return `${name} needs a value`
      // The message already says where in the text the fault is.
      if (expected.includes("; at character")) return `${name} must be ${expected}`
      return /^(a|an|one of|at) /.test(expected)
        ? `${name} must be ${expected}, not ${JSON.stringify(error.value)}`
        : `${name}: ${expected}`
    }
    case "MissingOption":
      return `--${error.option} is missing`
    case "MissingArgument":
      return `${error.argument} is missing`
    case "UnexpectedArgument":
      return `unexpected: ${error.arguments.join(" ")}`
    case "UnrecognizedOption":
      return `there is no flag ${error.option}${didYouMean(error.suggestions)}`
    case "UnknownSubcommand":
      return `there is no command ${[...(error.parent ?? []).slice(1), error.subcommand].join(" ")}${didYouMean(error.suggestions)}`
    default:
      return error.message
  }
}

export const didYouMean = (suggestions: ReadonlyArray<string>): string =>
  suggestions.length === 0 ? "" : `; did you mean ${suggestions.join(" or ")}?`
