import { describe, expectTypeOf, it } from "@effect/vitest"
import { Schedule, type Stream } from "effect"
import type { Company, Connection, Integration, Page } from "effect-codat"
import { Companies, Connections, Integrations } from "effect-codat"
import { effect, type Fails, type Needs, stream } from "./support/types.ts"

const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"
const connectionId = "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd"
const platformKey = "gbol"

describe("companies", () => {
  it("are a stream, with or without options", () => {
    for (const self of [stream(Companies.list()), stream(Companies.list({ tags: "region=uk" }))] as const) {
      self.value.toEqualTypeOf<Company.Company>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("have pages", () => {
    for (const self of [stream(Companies.pages()), effect(Companies.page())] as const) {
      self.value.toEqualTypeOf<Page.Page<Company.Company>>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("are counted", () => {
    const self = effect(Companies.count())
    self.value.toEqualTypeOf<number>()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })

  it("are read and written one by one", () => {
    const all = [
      effect(Companies.get({ companyId })),
      effect(Companies.create({ name: "A" })),
      effect(Companies.update({ companyId })),
      effect(Companies.replace({ companyId, name: "A" }))
    ] as const
    for (const self of all) {
      self.value.toEqualTypeOf<Company.Company>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
    const deleted = effect(Companies.delete({ companyId }))
    deleted.value.toEqualTypeOf<void>()
    deleted.error.toEqualTypeOf<Fails>()
    deleted.needs.toEqualTypeOf<Needs>()
  })

  it("need a name to be created or replaced, and nothing to be updated", () => {
    // @ts-expect-error: a name is required
    void Companies.create({})
    // @ts-expect-error: a name is required
    void Companies.replace({ companyId })
    // @ts-expect-error: tags are texts
    void Companies.create({ name: "A", tags: { a: 1 } })
    // @ts-expect-error: Codat takes an idempotency key on POST and PATCH alone
    void Companies.replace({ companyId, name: "A", idempotencyKey: "x" })
    void Companies.update({ companyId, name: undefined, tags: undefined, idempotencyKey: undefined })
  })

  it("always have connections", () => {
    expectTypeOf<Company.Company["dataConnections"]>().toEqualTypeOf<ReadonlyArray<Connection.Connection>>()
    expectTypeOf<typeof Company.Company.Type>().toExtend<Company.Company>()
    expectTypeOf<Company.Company>().toExtend<typeof Company.Company.Type>()
  })
})

describe("integrations", () => {
  it("are a stream, with or without options", () => {
    const all = [
      stream(Integrations.list()),
      stream(Integrations.list({ sourceType: "Banking", enabled: true }))
    ] as const
    for (const self of all) {
      self.value.toEqualTypeOf<Integration.Integration>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
    for (const self of [stream(Integrations.pages()), effect(Integrations.page())] as const) {
      self.value.toEqualTypeOf<Page.Page<Integration.Integration>>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("are read one by one", () => {
    const one = effect(Integrations.get({ platformKey }))
    one.value.toEqualTypeOf<Integration.Integration>()
    one.error.toEqualTypeOf<Fails>()
    one.needs.toEqualTypeOf<Needs>()
    const look = effect(Integrations.branding({ platformKey }))
    look.value.toEqualTypeOf<Integration.Branding>()
    look.error.toEqualTypeOf<Fails>()
    look.needs.toEqualTypeOf<Needs>()
    expectTypeOf<typeof Integration.Integration.Type>().toExtend<Integration.Integration>()
    expectTypeOf<typeof Integration.Branding.Type>().toExtend<Integration.Branding>()
  })

  it("are filtered by a source type that is known or came from Codat", () => {
    const from = (connection: Connection.Connection) =>
      Integrations.list({ sourceType: connection.sourceType })
    expectTypeOf(from).returns.toEqualTypeOf<Stream.Stream<Integration.Integration, Fails, Needs>>()
    // @ts-expect-error: a slip of the pen
    void Integrations.list({ sourceType: "Bank" })
  })
})

describe("connections of all companies", () => {
  it("are a stream, with or without options", () => {
    for (const self of [
      stream(Connections.listAcrossCompanies()),
      stream(Connections.listAcrossCompanies({ startPage: 2, concurrency: 4, invalid: "skip", tags: "a=b" }))
    ] as const) {
      self.value.toEqualTypeOf<Connections.CompanyConnection>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
    expectTypeOf<Connections.CompanyConnection>().toEqualTypeOf<{
      readonly company: Company.Company
      readonly connection: Connection.Connection
      readonly pageNumber: number
    }>()
  })
})

describe("waiting", () => {
  it("awaitStatus is a connection", () => {
    const all = [
      effect(Connections.awaitStatus({ companyId, connectionId })),
      effect(
        Connections.awaitStatus({
          companyId,
          connectionId,
          until: ["Linked", "Unlinked"],
          schedule: Schedule.spaced("1 minute"),
          timeout: "1 hour"
        })
      )
    ] as const
    for (const self of all) {
      self.value.toEqualTypeOf<Connection.Connection>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
    // @ts-expect-error: the case counts
    void Connections.awaitStatus({ companyId, connectionId, until: "linked" })
  })

  it("watch is a stream of connections", () => {
    const self = stream(Connections.watch({ companyId, connectionId, schedule: Schedule.spaced(1000) }))
    self.value.toEqualTypeOf<Connection.Connection>()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<Needs>()
  })
})
