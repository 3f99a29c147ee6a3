/**
 * The failures of the mirror itself. Failures of calls to Codat are a `CodatError`, those of the database a `SqlError`.
 *
 * @module MirrorError
 * @since 0.1.0
 */
import { hasProperty } from "effect/Predicate"
import * as Schema from "effect/Schema"

const TypeId = "~effect-codat/MirrorError"

// Each reason declares its fields a second time, because an editor shows the documentation of a declared property and
// not that of a field in a schema.

/**
 * More companies were missing from the listing than `maxMissing` allows, so none of them was read or removed. The walk
 * is closed; the next one starts from the first page.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TooManyMissing extends Schema.TaggedError<TooManyMissing>("MirrorError/TooManyMissing")(
  "TooManyMissing",
  { candidates: Schema.Number, maxMissing: Schema.Number }
) {
  /** Companies that the table has and the listing did not show. */
  declare readonly candidates: number
  /** How many may be missing, from the option `maxMissing` or its default. */
  declare readonly maxMissing: number

  override get message(): string {
    return `${this.candidates} companies of the table are missing from the listing, and at most ${this.maxMissing} may be: nothing was removed`
  }
}

/**
 * The listing showed fewer companies than its own total each of the three times that it was read. Nothing was removed,
 * and the walk is closed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class IncompleteListing extends Schema.TaggedError<IncompleteListing>("MirrorError/IncompleteListing")(
  "IncompleteListing",
  { seen: Schema.Number, total: Schema.Number }
) {
  /** Different companies that were seen. */
  declare readonly seen: number
  /** The listing's `totalResults`. */
  declare readonly total: number

  override get message(): string {
    return `the listing showed only ${this.seen} of ${this.total} companies, also when it was read again: nothing was removed`
  }
}

/**
 * Another process has gone on with this walk, or has started a new one, so what was read here was not written.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Superseded extends Schema.TaggedError<Superseded>("MirrorError/Superseded")("Superseded", {
  page: Schema.optional(Schema.Number)
}) {
  /** The page that was not written; absent where the walk was no longer reading pages. */
  declare readonly page?: number | undefined

  override get message(): string {
    return "another process goes on with this walk: what was read here was not written"
  }
}

/**
 * Changes after the cursor have been deleted because of their age, so a reader that goes on from the cursor would miss
 * them; or no change has had this cursor yet, for example after a backup of the database was restored. Read the tables
 * instead, and go on from `status.cursor`.
 *
 * @category reasons
 * @since 0.1.0
 */
export class CursorExpired extends Schema.TaggedError<CursorExpired>("MirrorError/CursorExpired")(
  "CursorExpired",
  { after: Schema.Number, oldest: Schema.Number }
) {
  /** The cursor that was given. */
  declare readonly after: number
  /** The lowest cursor that can still be used. */
  declare readonly oldest: number

  override get message(): string {
    return this.after < this.oldest
      ? `changes after ${this.after} have been deleted; the oldest cursor that can still be used is ${this.oldest}`
      : `no change has the cursor ${this.after} yet: it is from another database, or from before a backup was restored`
  }
}

/**
 * Every reason for which a mirror fails.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason = TooManyMissing | IncompleteListing | Superseded | CursorExpired

const Reason = Schema.Union([TooManyMissing, IncompleteListing, Superseded, CursorExpired])

/**
 * The error of a mirror itself, beside `CodatError` and `SqlError`.
 *
 * **Details**
 *
 * The error is a schema too, so it can cross a process boundary as JSON.
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
  account: Schema.String,
  reason: Reason
}) {
  /** The option `account` of the mirror. */
  declare readonly account: string
  /** Why the mirror failed. */
  declare readonly reason: Reason
  /** The reason, exposed as the cause of the error. */
  declare readonly cause: Reason

  constructor(props: { readonly account: string; readonly reason: Reason }) {
    super(props)
    // Not enumerable, like the `cause` of any other error.
    Object.defineProperty(this, "cause", { value: this.reason })
  }

  /** Marks this value for {@link isMirrorError}. */
  get [TypeId](): typeof TypeId {
    return TypeId
  }

  override get message(): string {
    return `the mirror of ${this.account}: ${this.reason._tag}: ${this.reason.message}`
  }
}

/**
 * Tells whether a value is a {@link MirrorError}.
 *
 * **Example** (Is another process at work?)
 *
 * ```ts
 * import * as MirrorError from "effect-codat/MirrorError"
 *
 * const isElsewhere = (thrown: unknown): boolean =>
 *   MirrorError.isMirrorError(thrown) && thrown.reason._tag === "Superseded"
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isMirrorError = (u: unknown): u is MirrorError => hasProperty(u, TypeId)
