/** The same change to many items: asks once, continues after single failures, and can be run again. */
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { CodatError } from "effect-codat"
import { escapeControls } from "../src/internal/Text.ts"
import { confirm } from "./Confirm.ts"
import * as Failure from "./Failure.ts"
import * as Output from "./Output.ts"
import * as Progress from "./Progress.ts"

/** Failures that all other items would have as well. */
const endsAll = (error: CodatError.CodatError): boolean =>
  ["Authentication", "Unauthorized", "PaymentRequired", "Forbidden", "RateLimited", "Transport"].includes(
    error.reason._tag
  )

export interface Options<A, R> {
  readonly items: ReadonlyArray<A>
  /** `unlink`, `delete` */
  readonly verb: string
  readonly noun: string
  readonly plural?: string | undefined
  readonly yes: boolean
  readonly concurrency: number
  readonly idOf: (item: A) => string
  /** Makes the change; answers the result to show, such as `deleted` or `was deleted before`. */
  readonly each: (item: A) => Effect.Effect<string, CodatError.CodatError, R>
}

/** Changes all items and writes a row for each. A failure of one item does not stop the others. */
export const run = Effect.fnUntraced(function* <A, R>(options: Options<A, R>) {
  const { concurrency, each, idOf, items, noun, plural, verb, yes } = options
  if (items.length === 0) return yield* Output.note(`There are none to ${verb}.`)
  if (!(yield* confirm(`${verb} ${Progress.many(items.length, noun, plural)}`, yes))) return
  const failed = yield* Ref.make<ReadonlyArray<CodatError.CodatError>>([])
  const progress = yield* Progress.make()
  const done = yield* Ref.make(0)
  const results = Stream.fromIterable(items).pipe(
    Stream.mapEffect(
      (item) =>
        each(item).pipe(
          Effect.map((result): Output.Row | undefined => ({ id: idOf(item), result })),
          Effect.catchTag("CodatError", (error) =>
            endsAll(error) || items.length === 1
              ? Effect.fail(error)
              : Effect.andThen(
                  Ref.update(failed, (all) => [...all, error]),
                  Effect.as(Output.note(`${escapeControls(idOf(item))}: ${error.message}`), undefined)
                )
          ),
          Effect.tap(() =>
            Effect.flatMap(
              Ref.updateAndGet(done, (count) => count + 1),
              (count) => progress.show(`${count} of ${items.length}`)
            )
          )
        ),
      { concurrency, unordered: true }
    ),
    Stream.filter((row) => row !== undefined)
  )
  yield* Output.rows({ fields: ["id", "result"], columns: ["id", "result"] }, results).pipe(
    Effect.ensuring(progress.clear)
  )
  const failures = yield* Ref.get(failed)
  if (failures.length > 0) {
    return yield* new Failure.CommandError({
      message: `${failures.length} of ${Progress.many(items.length, noun, plural)} failed`,
      hint: "Run it again: items that are done are skipped."
    })
  }
})
