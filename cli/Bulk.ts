/** The same change to many items: asks once, continues after single failures, and can be run again. */
import * as Effect from "effect/Effect"
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

const again = "Run it again: items that are done are skipped."

export interface Options<A, R> {
  readonly items: ReadonlyArray<A>
  /** `unlink`, `delete` */
  readonly verb: string
  readonly noun: string
  readonly plural?: string | undefined
  readonly yes: boolean
  readonly concurrency: number
  readonly idOf: (item: A) => string
  /** Makes the change; returns the result to show, such as `deleted` or `not found`. */
  readonly each: (item: A) => Effect.Effect<string, CodatError.CodatError, R>
}

/**
 * Changes all items and writes a row for each. A failure of one item does not stop the others. After a failure
 * that all other items would have as well, no further item is started. Requests that were sent already are waited for,
 * because they may have changed their items.
 */
export const run = Effect.fnUntraced(function* <A, R>(options: Options<A, R>) {
  const { concurrency, each, idOf, items, noun, plural, verb, yes } = options
  if (items.length === 0) return yield* Output.note(`There are none to ${verb}.`)
  if (!(yield* confirm(`${verb} ${Progress.many(items.length, noun, plural)}`, yes))) return
  const progress = yield* Progress.make()
  let failed = 0
  let done = 0
  let ended: CodatError.CodatError | undefined
  const change = (item: A): Effect.Effect<Output.Row | undefined, CodatError.CodatError, R> =>
    each(item).pipe(
      Effect.map((result) => {
        done++
        return { id: idOf(item), result }
      }),
      Effect.catchTag("CodatError", (error) =>
        Effect.suspend(() => {
          if (items.length === 1) return Effect.fail(error)
          const isLast = endsAll(error) && ended === undefined
          if (isLast) ended = error
          else failed++
          return Effect.as(
            isLast ? Effect.void : Output.note(`${escapeControls(idOf(item))}: ${error.message}`),
            undefined
          )
        })
      ),
      Effect.tap(() => progress.show(`${done + failed} of ${items.length}`))
    )
  const results = Stream.fromIterable(items).pipe(
    Stream.mapEffect(
      (item) => Effect.suspend(() => (ended === undefined ? change(item) : Effect.succeed(undefined))),
      { concurrency, unordered: true }
    ),
    Stream.filter((row) => row !== undefined)
  )
  const all = Progress.many(items.length, noun, plural)
  const stopped = (why: string) =>
    new Failure.CommandError({ message: `${why}: ${done} of ${all} are known to be done`, hint: again })
  yield* Output.rows({ fields: ["id", "result"], columns: ["id", "result"] }, results).pipe(
    Effect.ensuring(progress.clear),
    // When nobody reads the output any more, or at Ctrl-C, the other items stay as they are: that is no success.
    Effect.catchTag("OutputError", (error) =>
      Effect.fail(stopped(`cannot write the output: ${Failure.messageOf(error)}`))
    ),
    Effect.onInterrupt(() => {
      const error = stopped("stopped")
      return Effect.andThen(Output.note(error.message), Effect.fail(error))
    })
  )
  if (ended !== undefined) {
    yield* Output.note(`${done} of ${all} were done before the failure.`)
    return yield* ended
  }
  if (failed > 0) {
    return yield* new Failure.CommandError({
      message: `${failed} of ${all} failed`,
      hint: again
    })
  }
})

/**
 * The result of deleting one of the items that were named. A single one that does not exist may be a typing error; of
 * several, an earlier run may have deleted it. Items of a query are not named.
 */
export const deleted =
  (named: ReadonlyArray<string>) =>
  <R>(self: Effect.Effect<void, CodatError.CodatError, R>): Effect.Effect<string, CodatError.CodatError, R> =>
    named.length === 1
      ? Effect.as(self, "deleted")
      : Effect.catchReason(Effect.as(self, "deleted"), "CodatError", "NotFound", () =>
          Effect.succeed("not found")
        )
