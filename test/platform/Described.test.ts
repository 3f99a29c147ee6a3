/**
 * Whatever Codat's specification allows an answer to be is decoded, and encoded again, without a loss; and one fault in
 * it is found at its place.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import * as EffectCodat from "effect-codat"
import { Operations } from "effect-codat"
import * as fc from "fast-check"
import * as Endpoint from "../../src/internal/call/Endpoint.ts"
import * as Decode from "../../src/internal/model/Decode.ts"
import { escapeControls } from "../../src/internal/Text.ts"
import {
  anyOf,
  describedOf,
  difference,
  type Json,
  placesOf,
  replaced,
  type Shape,
  shapeOf,
  write
} from "../support/Described.ts"
import { against, errorOf, fake, reasonIs, text } from "../support/Fake.ts"
import facts from "../support/openapi-facts.json" with { type: "json" }
import { rows } from "./rows.ts"

/** What the library requires although the specification does not: without it, an answer is another answer. */
const isAlways = (name: string, shape: Shape): boolean =>
  ["results", "key", "allowedOrigins"].includes(name) ||
  (name === "dataType" && shape.kind === "object" && "supportedFeatures" in shape.properties)

/** The specification describes the records where the configuration is. */
const misdescribed = "CustomData.configuration"

const endpoints = new Map(
  Object.values<object>(EffectCodat).flatMap((module) =>
    Object.values(module).flatMap((value) => {
      const endpoint = Endpoint.of(value)
      return endpoint === undefined ? [] : [[endpoint.operation, endpoint] as const]
    })
  )
)

/** A status for each data type, also for one that the specification does not have yet. */
const byDataType = (name: string, shape: Shape): Shape => {
  const item = shape.kind === "object" ? Object.values(shape.properties)[0] : undefined
  return name !== "Data.status" || item === undefined
    ? shape
    : { kind: "dictionary", item, isNullable: false }
}

const described = Operations.all.flatMap(({ method, name, path }) => {
  const operation = facts.operations.find((one) => one.method === method && one.path === path)
  const [status, schema] =
    Object.entries(operation?.responses ?? {}).find(([status]) => /^20[0-2]$/.test(status)) ?? []
  const endpoint = endpoints.get(name)
  const row = rows.find((row) => row.name === name)
  return schema === undefined ||
    schema === null ||
    endpoint === undefined ||
    row === undefined ||
    name === misdescribed
    ? []
    : [{ name, path, row, endpoint, status: Number(status), shape: byDataType(name, shapeOf(schema)) }]
})

/** Of the functions of a list, the one that reads a page. */
const isOther = ({ name, path }: (typeof described)[number]): boolean =>
  !/page$/i.test(name) && described.some((one) => one.path === path && /page$/i.test(one.name))

it("every answer with a content is described, but for one that is described wrongly", () => {
  assert.isAtLeast(described.length, 35)
  const bare = Operations.all.filter(({ name }) => !described.some((one) => one.name === name))
  assert.deepStrictEqual(
    bare.map(({ name }) => name).sort(),
    [...rows.filter(({ answer }) => answer === undefined).map(({ name }) => name), misdescribed].sort()
  )
})

for (const one of described.filter((one) => !isOther(one))) {
  const { endpoint, name, row, shape, status } = one
  const value = anyOf(shape, isAlways)
  const schema = endpoint.output as Schema.Codec<unknown, unknown>

  describe(`an answer to ${name}`, () => {
    it("that is described is decoded and encoded again without a loss", () => {
      const decode = Decode.compile(schema)
      // The two spellings of one name are the same here.
      const encode = (decoded: unknown) =>
        JSON.parse(
          write(Schema.encodeUnknownSync(schema)(decoded) as Json).replaceAll('"datatype":', '"dataType":')
        )
      fc.assert(
        fc.property(value, fc.boolean(), (answer, twice) => {
          const decoded = decode(JSON.parse(write(answer, twice)))
          if (Result.isFailure(decoded))
            assert.fail(`${Decode.formatPath(decoded.failure.path)}: ${decoded.failure.message}`)
          assert.isUndefined(
            difference(describedOf(encode(decoded.success), shape), describedOf(answer, shape))
          )
        }),
        { numRuns: 25 }
      )
    })

    it("with one fault is an InvalidResponse that names its place", () =>
      fc.assert(
        fc.asyncProperty(value, fc.nat(), fc.nat(), async (answer, which, what) => {
          const places = placesOf(answer, shape, isAlways).filter(([, wrongs]) => wrongs.length > 0)
          const [path, wrongs] = places[which % places.length] ?? [[], []]
          const wrong = wrongs[what % wrongs.length]
          const body = write(replaced(answer, path, wrong))
          const call = row.call(row.options).pipe(against(fake(() => text(status, body))))
          if (wrong === null || wrong === undefined) {
            // What Codat requires may be missing all the same, where the model does not need it.
            const result = await Effect.runPromise(Effect.result(call))
            if (Result.isSuccess(result) || result.failure.reason._tag === "Pagination") return
          }
          const reason = reasonIs(await Effect.runPromise(errorOf(call)), "InvalidResponse")
          assert.strictEqual(
            reason.path.replace(/datatype$/, "dataType"),
            escapeControls(Decode.formatPath(path)).slice(0, 1000),
            body
          )
        }),
        { numRuns: 25 }
      ))
  })
}
