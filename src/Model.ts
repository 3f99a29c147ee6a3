/**
 * What all models have in common: their JSON form, and the values that this version does not know.
 *
 * @module Model
 * @since 0.1.0
 */
import type * as Brand from "effect/Brand"
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"

/**
 * The text of a value that Codat has and this version does not know.
 *
 * **When to use**
 *
 * Where a `switch` over a status or a source type has handled the known values: what reaches its `default` has this
 * type.
 *
 * **Details**
 *
 * Codat adds values to its enumerations. A value that is not known here is decoded like any other and keeps its text;
 * only its type is different.
 *
 * **Gotchas**
 *
 * It is a string in every other way, so `status === "Linked"` leaves it in the type of `status`, next to `"Linked"`.
 * `Connection.isKnownStatus` and `Connection.isKnownSourceType` remove it from the type.
 *
 * **Example** (A label for any status)
 *
 * ```ts
 * import type { Connection, Model } from "effect-codat"
 *
 * const label = (status: Connection.ConnectionStatus): string => {
 *   switch (status) {
 *     case "Linked":
 *       return "Ready"
 *     case "PendingAuth":
 *       return "Waiting"
 *     case "Unlinked":
 *     case "Deauthorized":
 *       return "Stopped"
 *     default: {
 *       const unrecognized: Model.Unrecognized = status
 *       return unrecognized
 *     }
 *   }
 * }
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export type Unrecognized = string & Brand.Brand<"effect-codat/Unrecognized">

/**
 * The JSON form of a model: what its schema encodes to and decodes from.
 *
 * **When to use**
 *
 * To type a stored connection or company, a fixture, or a function that takes Codat's JSON.
 *
 * **Details**
 *
 * - A date (`DateTime.Utc`), a secret (`Redacted<string>`) and an open enumeration are strings.
 * - A property that may be absent may also be null, and so may a value of a record.
 * - All of this holds at any depth.
 *
 * **Gotchas**
 *
 * A property that decoding fills with a default, such as `dataConnections` of a company, is required here because
 * encoding always writes it. Decoding accepts it as null or absent too.
 *
 * **Example** (A connection's JSON)
 *
 * ```ts
 * import type { Connection, Model } from "effect-codat"
 *
 * type Json = Model.Encoded<Connection.Connection>
 *
 * const lastSync = (connection: Json): string | null | undefined => connection.lastSync
 * ```
 *
 * @category utilities
 * @since 0.1.0
 */
export type Encoded<A> = unknown extends A
  ? A
  : A extends DateTime.Utc
    ? string
    : A extends Redacted.Redacted<infer Value>
      ? Encoded<Value>
      : A extends string
        ? A extends Brand.Brand<infer _>
          ? string
          : A
        : A extends ReadonlyArray<infer Item>
          ? ReadonlyArray<Encoded<Item>>
          : A extends object
            ? {
                readonly [Key in keyof A]: undefined extends A[Key]
                  ? Encoded<Exclude<A[Key], undefined>> | null | undefined
                  : string extends Key
                    ? Encoded<A[Key]> | null
                    : Encoded<A[Key]>
              }
            : A
