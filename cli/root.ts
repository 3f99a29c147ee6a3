/** The root of the command, with all subcommands. */
import * as Command from "effect/cli/Command"
import { companies } from "./commands/Companies.ts"
import { completions } from "./commands/Completions.ts"
import { connections } from "./commands/Connections.ts"
import { data } from "./commands/Data.ts"
import { demo } from "./commands/Demo.ts"
import { export_ } from "./commands/Export.ts"
import { integrations } from "./commands/Integrations.ts"
import { login, logout } from "./commands/Login.ts"
import { request } from "./commands/Request.ts"
import { sandbox } from "./commands/Sandbox.ts"
import { webhooks } from "./commands/Webhooks.ts"
import * as Globals from "./Globals.ts"

export const root = Command.make("effect-codat").pipe(
  Command.withDescription(
    "Codat in a shell. Credentials: CODAT_API_KEY, CODAT_AUTH_HEADER or CODAT_ACCESS_TOKEN (and CODAT_BASE_URL), " +
      "or a profile that `login` has saved."
  ),
  Command.withSubcommands([
    connections,
    companies,
    integrations,
    data,
    webhooks,
    request,
    export_,
    sandbox,
    demo,
    login,
    logout,
    completions((): Command.Command.Any => root)
  ]),
  Command.withGlobalFlags(Globals.all),
  Command.withExamples([
    { command: "effect-codat login" },
    { command: "effect-codat connections list --query 'name~Bakery'" },
    { command: "effect-codat sandbox --port 4010" }
  ])
)
