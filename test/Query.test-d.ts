import { describe, expectTypeOf, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import { type Company, type Connection, type Integration, Query } from "effect-codat"

const date = DateTime.makeUnsafe("2026-01-02T03:04:05.678Z")

describe("Query", () => {
  it("knows fields and values by the list that it is for", () => {
    const connections = (_: {
      readonly query?: string | Query.Query<Connection.Connection> | undefined
    }) => {}
    const companies = (_: { readonly query?: string | Query.Query<Company.Company> | undefined }) => {}
    const integrations = (_: {
      readonly query?: string | Query.Query<Integration.Integration> | undefined
    }) => {}

    connections({ query: "anything=at all" })
    connections({ query: Query.and(Query.eq("status", "Linked"), Query.contains("platformName", "Xero")) })
    companies({ query: Query.eq("dataConnections.status", "PendingAuth") })
    companies({ query: Query.eq("tags.region", "uk") })
    integrations({ query: Query.eq("enabled", true) })

    // @ts-expect-error the status is spelt Linked
    connections({ query: Query.eq("status", "linked") })
    // @ts-expect-error a connection has no name
    connections({ query: Query.eq("name", "Xero") })
    // @ts-expect-error also inside of another filter
    connections({ query: Query.and(Query.eq("status", "Linked"), Query.contains("name", "Xero")) })
    // @ts-expect-error a status has no order
    connections({ query: Query.gt("status", date) })
    // @ts-expect-error a date is not compared with a number
    connections({ query: Query.gt("created", 5) })
    // @ts-expect-error lists are not filtered by what is in them
    connections({ query: Query.eq("dataConnectionErrors.status", "Active") })
    // @ts-expect-error a company has no status
    companies({ query: Query.eq("status", "Linked") })
    // @ts-expect-error not a text
    integrations({ query: Query.eq("enabled", "true") })
    // @ts-expect-error no list has it
    Query.eq("stauts", "Linked")
    // @ts-expect-error no list has the value
    Query.eq("status", "linked")
    // @ts-expect-error a field that is not known
    Query.orderBy("-made")
  })

  it("is text, for the items of a list", () => {
    expectTypeOf(Query.eq("status", "Linked")).toEqualTypeOf<Query.Query<Query.AnyItem>>()
    expectTypeOf(Query.eq("status", "Linked")).toExtend<Query.Query<Connection.Connection>>()
    expectTypeOf<Query.Query>().toExtend<string>()
    expectTypeOf<Query.Query<Company.Company>>().not.toExtend<Query.Query<Connection.Connection>>()
    expectTypeOf<"anything">().not.toExtend<Query.Query>()
    expectTypeOf<"-created">().toExtend<Query.OrderBy<Connection.Connection>>()
    expectTypeOf<"new">().toExtend<Query.OrderBy<Connection.Connection>>()
  })
})
