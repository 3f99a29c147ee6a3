import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import { Company, Connection, Integration, type Model, Page } from "effect-codat"

describe("models", () => {
  it("have schemas of their types, from and to their JSON form", () => {
    expectTypeOf(Connection.Connection).toEqualTypeOf<
      Schema.Codec<Connection.Connection, Model.Encoded<Connection.Connection>>
    >()
    expectTypeOf(Company.Company).toEqualTypeOf<
      Schema.Codec<Company.Company, Model.Encoded<Company.Company>>
    >()
    expectTypeOf(Integration.Integration).toEqualTypeOf<
      Schema.Codec<Integration.Integration, Model.Encoded<Integration.Integration>>
    >()
    const page = Page.make(Connection.Connection)
    type Json = Model.Encoded<Page.Page<Connection.Connection>>
    expectTypeOf<typeof page.Type>().toEqualTypeOf<Page.Page<Connection.Connection>>()
    expectTypeOf<typeof page.Encoded>().toExtend<Json>()
    expectTypeOf<Json>().toExtend<typeof page.Encoded>()
  })

  it("say in the type of a page, and not in its JSON, what was left out", () => {
    const page = Page.make(Connection.Connection)
    expectTypeOf<Page.Page<unknown>["skipped"]>().toEqualTypeOf<ReadonlyArray<Page.Skipped> | undefined>()
    expectTypeOf<Page.Skipped>().toEqualTypeOf<{
      readonly index: number
      readonly id?: string | undefined
      readonly isPart: boolean
      readonly partId?: string | undefined
      readonly path: string
      readonly message: string
    }>()
    expectTypeOf<typeof page.Encoded>().not.toHaveProperty("skipped")
  })

  it("have a company's details in a company", () => {
    expectTypeOf<Company.Company>().toExtend<Company.CompanyDetails>()
    expectTypeOf<Company.Company["ownerUserIds"]>().toEqualTypeOf<ReadonlyArray<string> | undefined>()
  })

  it("have predicates that filter as they are", () => {
    expectTypeOf(Connection.isLinked).toEqualTypeOf<(connection: Connection.Connection) => boolean>()
  })
})

describe("Encoded", () => {
  type Json = Model.Encoded<Connection.Connection>

  it("turns dates, secrets and open enumerations to strings", () => {
    expectTypeOf<Json["linkUrl"]>().toEqualTypeOf<string>()
    expectTypeOf<Json["created"]>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<Json["status"]>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<Model.Encoded<DateTime.Utc | Redacted.Redacted<string>>>().toEqualTypeOf<string>()
    expectTypeOf<Model.Encoded<"a" | "b" | 1 | true | null>>().toEqualTypeOf<"a" | "b" | 1 | true | null>()
  })

  it("lets null stand for absent, at any depth", () => {
    expectTypeOf<{ readonly id: string }>().not.toExtend<Json>()
    expectTypeOf<{
      readonly id: string
      readonly integrationId: string
      readonly sourceId: string
      readonly platformName: string
      readonly linkUrl: string
      readonly lastSync: null
      readonly dataConnectionErrors: ReadonlyArray<{
        readonly erroredOnUtc: null
        readonly statusCode: string
      }>
    }>().toExtend<Json>()
    expectTypeOf<Model.Encoded<Company.Tags>>().toEqualTypeOf<{ readonly [name: string]: string | null }>()
  })

  it("keeps what is unknown", () => {
    expectTypeOf<Json["connectionInfo"]>().toEqualTypeOf<
      { readonly [key: string]: unknown } | null | undefined
    >()
  })

  it("follows types that hold themselves", () => {
    interface Tree {
      readonly at?: DateTime.Utc | undefined
      readonly children: ReadonlyArray<Tree>
    }
    expectTypeOf<Model.Encoded<Tree>["children"][number]["children"][number]["at"]>().toEqualTypeOf<
      string | null | undefined
    >()
  })
})
