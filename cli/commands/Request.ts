/** The command `request`: sends any request to Codat and shows the response as it is. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { confirm } from "../Confirm.ts"
import * as Credentials from "../Credentials.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Request from "../Request.ts"

const flags = {
  method: Argument.Literals("method", Request.methods).pipe(
    Argument.withDescription("The HTTP method: GET, POST, PUT, PATCH or DELETE")
  ),
  path: Argument.String("path").pipe(
    Argument.withDescription("The path at Codat, such as /companies; a query can follow after ?"),
    Argument.filter(
      (path) => /^\/[^/\s#][^\s#]*$/.test(path) && !/(^|\/)\.{1,2}(\/|\?|$)/.test(path),
      () => "a path that begins with one /, without . and .. and #"
    )
  ),
  body: Flag.String("body").pipe(
    Flag.withMetavar("json"),
    Flag.withDescription("JSON to send; @file reads a file, - the standard input"),
    Flag.optional
  ),
  idempotencyKey: Flags.idempotencyKey,
  yes: Flags.yes
}

const read = Effect.fnUntraced(function* (source: string) {
  const files = yield* FileSystem.FileSystem
  const stdio = yield* Stdio.Stdio
  const bytes =
    source === "-"
      ? Stream.mkUint8Array(stdio.stdin)
      : source.startsWith("@")
        ? files.readFile(source.slice(1))
        : Effect.succeed(new TextEncoder().encode(source))
  return yield* bytes.pipe(
    Effect.mapError(
      (error) => new Failure.CommandError({ message: `--body ${source}: ${Failure.messageOf(error)}` })
    ),
    Effect.flatMap((json) =>
      Effect.try({
        // Text in another encoding must not be sent with its letters replaced.
        try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)),
        catch: () => new Failure.UsageError({ message: "--body must be JSON in UTF-8" })
      })
    )
  )
})

export const request = Command.make(
  "request",
  flags,
  Effect.fnUntraced(function* ({ body, idempotencyKey, method, path, yes }) {
    if (method === "DELETE" && !(yield* confirm(`DELETE ${path}`, yes))) return
    const [below = "", search = ""] = path.split(/\?(.*)/s)
    const query = [...new URLSearchParams(search)]
    const twice = query.find(([name], index) => query.findIndex(([other]) => other === name) < index)
    if (twice !== undefined) {
      return yield* new Failure.UsageError({
        message: `the path's query has ${twice[0]} twice: it is sent once`
      })
    }
    const answer = yield* Request.send({
      operation: "request",
      method,
      path: below,
      query,
      body: Option.isNone(body) ? undefined : yield* read(body.value),
      idempotencyKey: Option.getOrUndefined(idempotencyKey)
    })
    if (answer === undefined) return
    if (Request.isRow(answer)) return yield* Output.one(Kinds.anything(), answer)
    if (Array.isArray(answer) && answer.every(Request.isRow)) {
      return yield* Output.rows(Kinds.anything(), Stream.fromIterable(answer))
    }
    yield* Output.value(answer)
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription(
    "Make any request to Codat, with the same credentials, retries and idempotency keys as the other commands."
  ),
  Command.withShortDescription("Make any request to Codat"),
  Command.withExamples([
    { command: "effect-codat request GET '/companies?pageSize=1'" },
    { command: `effect-codat request POST /apiKeys --body '{"name":"ci"}' --show-secrets` }
  ])
)
