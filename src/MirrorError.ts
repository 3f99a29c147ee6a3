/**
 * The ways in which a mirror fails by itself: what Codat answers is a `CodatError`, and what the database answers a
 * `SqlError`.
 *
 * @module MirrorError
 * @since 0.1.0
 */
import { hasProperty } from "effect/Predicate"
import * as Schema from "effect/Schema"

const TypeId = "~effect-codat/MirrorError"

/**
 * More companies were missing from the listing than `maxMissing` allows, so none was asked for and none removed. The
 * walk is closed; the next one reads everything anew.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooManyMissing extends Schema.TaggedError<TooManyMissing>("MirrorError/TooManyMissing")(
  "TooManyMissing",
  {
    /** Companies that the table has and the listing did not show. */
    candidates: Schema.Number,
    /** How many may be missing. */
    maxMissing: Schema.Number
  }
) {
  override get message(): string {
    return `${this.candidates} companies of the table are missing from the listing, and at most ${this.maxMissing} may be: nothing was removed`
  }
}

/**
 * The listing showed fewer companies than its own total, each time that it was read. Nothing was removed, and the walk
 * is closed.
 *
 * @category errors
 * @since 0.1.0
 */
export class IncompleteListing extends Schema.TaggedError<IncompleteListing>("MirrorError/IncompleteListing")(
  "IncompleteListing",
  {
    /** Different companies that were seen. */
    seen: Schema.Number,
    /** The listing's `totalResults`. */
    total: Schema.Number
  }
) {
  override get message(): string {
    return `the listing showed ${this.seen} of ${this.total} companies, however often it was read: nothing was removed`
  }
}

/**
 * Another process has taken this walk further, or has begun a new one, so what was read here was not written.
 *
 * @category errors
 * @since 0.1.0
 */
export class Superseded extends Schema.TaggedError<Superseded>("MirrorError/Superseded")("Superseded", {
  /** The page that was not written; absent where the walk was no longer reading pages. */
  page: Schema.optional(Schema.Number)
}) {
  override get message(): string {
    return "another process goes on with this walk: what was read here was not written"
  }
}

/**
 * Changes behind the cursor have been pruned, so following it would miss them; or no change has had this cursor yet, as
 * after a backup of the database was restored. Read the tables, and go on from `status.cursor`.
 *
 * @category errors
 * @since 0.1.0
 */
export class CursorExpired extends Schema.TaggedError<CursorExpired>("MirrorError/CursorExpired")(
  "CursorExpired",
  {
    /** The cursor that was given. */
    after: Schema.Number,
    /** The least cursor that can still be followed. */
    oldest: Schema.Number
  }
) {
  override get message(): string {
    return this.after < this.oldest
      ? `changes after ${this.after} have been pruned; the oldest cursor that can be followed is ${this.oldest}`
      : `no change has the cursor ${this.after} yet: it is of another database, or of a time before a backup was restored`
  }
}

const Reason = Schema.Union([TooManyMissing, IncompleteListing, Superseded, CursorExpired])

/**
 * Every way in which a mirror fails by itself.
 *
 * @category errors
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * What a mirror fails with, beside `CodatError` and `SqlError`.
 *
 * **Example** (More missing than expected)
 *
 * ```ts
 * import { Effect } from "effect"
 * import * as Mirror from "effect-codat/Mirror"
 *
 * const careful = Mirror.Mirror.use((mirror) => mirror.reconcile).pipe(
 *   Effect.catchReason("MirrorError", "TooManyMissing", ({ candidates }) =>
 *     Effect.logError(`${candidates} companies are missing: is this the right account?`)
 *   )
 * )
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class MirrorError extends Schema.TaggedError<MirrorError>()("MirrorError", {
  /** Whose mirror it is. */
  account: Schema.String,
  reason: Reason
}) {
  /** Marks this value for {@link isMirrorError}. */
  get [TypeId](): typeof TypeId {
    return TypeId
  }

  override get message(): string {
    return `the mirror of ${this.account}: ${this.reason.message}`
  }
}

/**
 * Tells whether a value is a {@link MirrorError}.
 *
 * @category guards
 * @since 0.1.0
 */
export const isMirrorError = (u: unknown): u is MirrorError => hasProperty(u, TypeId)
