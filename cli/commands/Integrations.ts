/** The commands `integrations …`: list and show the platforms that companies can be connected to. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Integrations } from "effect-codat"
import * as Credentials from "../Credentials.ts"
import * as Flags from "../Flags.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"

const list = Command.make(
  "list",
  {
    query: Flags.query("query", "sourceType=Banking && enabled=true"),
    orderBy: Flags.orderBy,
    ...Flags.paging
  },
  Effect.fnUntraced(function* ({ limit, orderBy, query, ...paging }) {
    yield* Output.rows(
      Kinds.integration,
      Integrations.list({
        query: Option.getOrUndefined(query),
        orderBy: Option.getOrUndefined(orderBy),
        ...Flags.pagingOf({ ...paging, limit })
      }).pipe(Stream.take(Flags.mostOf(limit)), Kinds.each(Kinds.fromIntegration))
    )
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("List the platforms that companies can be connected to"),
  Command.withExamples([
    { command: "effect-codat integrations list --query 'sourceType=Banking' --fields key,name" }
  ])
)

const get = Command.make(
  "get",
  {
    platform: Argument.String("platform").pipe(Argument.withDescription("The platform's key, such as gbol"))
  },
  Effect.fnUntraced(function* ({ platform }) {
    const found = yield* Integrations.get({ platformKey: platform })
    yield* Output.one(Kinds.integration, yield* Kinds.fromIntegration(found))
  }, Effect.provide(Credentials.layer))
).pipe(Command.withDescription("Show a platform"))

export const integrations = Command.make("integrations").pipe(
  Command.withDescription("Platforms that companies can be connected to"),
  Command.withSubcommands([list, get])
)
