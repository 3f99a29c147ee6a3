/**
 * Every enumeration that can grow has a guard of the values that this version knows.
 */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as all from "effect-codat"
import { Connection, Integration, type Model, PushOperation, PushOption } from "effect-codat"

/** The known values of an open enumeration; undefined for another schema. */
const knownOf = (value: unknown): ReadonlyArray<string> | undefined => {
  if (!Schema.isSchema(value) || !AST.isUnion(value.ast)) return undefined
  const [known, other, ...more] = value.ast.types
  if (known === undefined || other === undefined || more.length > 0 || !AST.isString(other)) return undefined
  const literals = AST.isUnion(known) ? known.types : [known]
  return literals.flatMap((literal) => (AST.isLiteral(literal) ? [String(literal.literal)] : []))
}

const enumerations = Object.values(all).flatMap((module: { readonly [name: string]: unknown }) =>
  Object.entries(module).flatMap(([name, value]) => {
    const known = knownOf(value)
    return known === undefined ? [] : [{ name, known, module }]
  })
)

describe("an enumeration that can grow", () => {
  it("is found by this test", () => {
    assert.isAtLeast(enumerations.length, 10)
  })

  it.each(enumerations)("has a guard of its known values: $name", ({ known, module, name }) => {
    const guard = module[`isKnown${name}`] ?? module[`isKnown${name.replace(/^Connection/, "")}`]
    if (typeof guard !== "function") return assert.fail(`there is no isKnown${name}`)
    assert.isAbove(known.length, 0)
    for (const value of known) assert.isTrue(guard(value), value)
    for (const value of ["", "toString", "Novel", ...known.map((value) => `${value} `)]) {
      assert.isFalse(guard(value), value)
    }
  })

  it("is narrowed by its guard", () => {
    const status = (value: PushOperation.PushStatus) => {
      if (PushOperation.isKnownPushStatus(value)) {
        expectTypeOf(value).toEqualTypeOf<PushOperation.KnownPushStatus>()
      } else expectTypeOf(value).toEqualTypeOf<Model.Unrecognized>()
    }
    const feature = (value: Integration.FeatureType) => {
      if (Integration.isKnownFeatureType(value)) {
        expectTypeOf(value).toEqualTypeOf<Integration.KnownFeatureType>()
      } else expectTypeOf(value).toEqualTypeOf<Model.Unrecognized>()
    }
    const option = (value: PushOption.PushOptionType) => {
      if (PushOption.isKnownPushOptionType(value)) {
        expectTypeOf(value).toEqualTypeOf<PushOption.KnownPushOptionType>()
      } else expectTypeOf(value).toEqualTypeOf<Model.Unrecognized>()
    }
    const error = (value: Connection.DataConnectionErrorStatus) => {
      if (Connection.isKnownDataConnectionErrorStatus(value)) {
        expectTypeOf(value).toEqualTypeOf<"Active" | "Resolved">()
      } else expectTypeOf(value).toEqualTypeOf<Model.Unrecognized>()
    }
    assert.lengthOf([status, feature, option, error], 4)
  })
})
