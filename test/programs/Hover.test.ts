/** What an editor shows for a field is what the field's docstring says, also where the type comes from a schema. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { hoversOf } from "../support/Hover.ts"

const program = `
import { Effect, Schema } from "effect"
import { Codat, Companies, Company, Connection, Connections, Page, WebhookEvent } from "effect-codat"

Effect.map(Companies.get({ /*?*/companyId: "1" }), (company) => company./*?*/tags)

const decode = Schema.decodeEffect(Schema.fromJsonString(Company.Company))
Effect.map(decode("{}"), ({ dataConnections: [first] }) => first?./*?*/created)

const Stored = Schema.Struct({ connection: Connection.Connection, page: Page.make(Company.Company) })
declare const stored: typeof Stored.Type
stored.connection./*?*/status
stored.page./*?*/_links

declare const event: WebhookEvent.WebhookEvent
if (event._tag === "Write") event.payload.record?./*?*/id

Codat.withResponse(Connections.count({ companyId: "1" })).pipe(Effect.map((both) => both./*?*/response))
`

// The compiler reads the whole project first, which takes its time on a machine that does other things too.
describe("the hover text of a field", { timeout: 60_000 }, () => {
  it.effect("is that of its docstring, through schemas as well", () =>
    Effect.gen(function* () {
      const texts = yield* hoversOf(program)
      assert.deepStrictEqual(
        texts.map((text) => text.slice(text.lastIndexOf("```") + 3).trim()),
        [
          "The id of the company, a UUID.",
          "Your own labels for the company, by name.",
          "When the connection was created in Codat, not when it was linked.",
          "Whether the company has given Codat access to its data: only a `Linked` connection can be read from.",
          "Links to this page and the pages next to it; absent where the response has none.",
          "The platform's id of the record, not one of Codat's.",
          "The response of the last call; undefined when the effect makes no call."
        ]
      )
    })
  )
})
