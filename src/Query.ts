/**
 * Codat's filter and order languages, with fields and values checked by the compiler.
 *
 * A query is text, and the `query` option of an operation accepts any text. The functions here build that text from
 * fields and values that the compiler knows.
 *
 * @see https://docs.codat.io/using-the-api/querying
 * @see https://docs.codat.io/using-the-api/ordering-results
 * @module Query
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import type { Company } from "./Company.ts"
import type { Connection } from "./Connection.ts"
import type { Integration } from "./Integration.ts"
import * as QueryText from "./internal/call/QueryText.ts"
import type { PullOperation } from "./PullOperation.ts"
import type { PushOperation } from "./PushOperation.ts"

// -----------------------------------------------------------------------------
// Types
// -----------------------------------------------------------------------------

declare const TypeId: unique symbol

/**
 * A filter for the items of a list.
 *
 * **When to use**
 *
 * As the type of a filter that is stored for later use. With an item type, the compiler refuses fields and values that
 * this item does not have.
 *
 * **Details**
 *
 * At run time it is the text that is sent, so it can be logged, stored and compared as text.
 *
 * **Example** (A filter of connections)
 *
 * ```ts
 * import { type Connection, Query } from "effect-codat"
 *
 * const linkedBanks: Query.Query<Connection.Connection> = Query.and(
 *   Query.eq("status", "Linked"),
 *   Query.oneOf("sourceType", ["Banking", "BankFeed"])
 * )
 * // "status=Linked && {sourceType=Banking || sourceType=BankFeed}"
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export type Query<Item = AnyItem> = string & { readonly [TypeId]: (item: Item) => void }

/**
 * The items of all lists that accept a filter: the default when nothing determines the list that a filter is for.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyItem = Connection | Company | Integration | PullOperation | PushOperation

type Scalar = string | number | boolean | DateTime.DateTime

/** By Codat's specification, this property cannot be queried. */
type NotQueryable = "isCompleted"

type ScalarsOf<A> = {
  [K in keyof A & string]-?: NonNullable<A[K]> extends Scalar ? K : never
}[keyof A & string]

// Codat filters by the properties of objects, not of lists. The one exception in its documentation is a company's
// `dataConnections`.
type PathsOf<A> = {
  [K in keyof A & string]-?: PathOf<K, NonNullable<A[K]>>
}[keyof A & string]

type PathOf<K extends string, V> = V extends Scalar
  ? K
  : V extends Redacted.Redacted<unknown>
    ? never
    : V extends ReadonlyArray<infer Element>
      ? K extends "dataConnections"
        ? `${K}.${ScalarsOf<Element>}`
        : never
      : string extends keyof V
        ? `${K}.${string}`
        : `${K}.${ScalarsOf<V>}`

type ValueAt<A, F extends string> = F extends keyof A
  ? NonNullable<A[F]>
  : F extends `${infer Head}.${infer Rest}`
    ? Head extends keyof A
      ? ValueIn<NonNullable<A[Head]>, Rest>
      : never
    : never

type ValueIn<V, Rest extends string> =
  V extends ReadonlyArray<infer Element>
    ? ValueAt<Element, Rest>
    : string extends keyof V
      ? string | number | boolean
      : ValueAt<V, Rest>

/**
 * The fields that a filter or an order can name: the item's own, such as `status`, and those of objects in it, such as
 * `tags.region` or `connectionInfo.city`.
 *
 * @category models
 * @since 0.1.0
 */
export type Field<Item> = Item extends unknown ? Exclude<PathsOf<Item>, NotQueryable> : never

/**
 * The type of the values that a field can be compared with: its own type, and for a date any `DateTime`.
 *
 * @category models
 * @since 0.1.0
 */
export type Value<Item, F extends string> = Item extends unknown ? Comparable<ValueAt<Item, F>> : never

type Comparable<V> = V extends DateTime.DateTime ? DateTime.DateTime : V

/**
 * The fields with text, which `contains` can search.
 *
 * @category models
 * @since 0.1.0
 */
export type TextField<Item> = FieldWith<Item, string>

/**
 * The fields with numbers or dates, which `gt`, `gte`, `lt` and `lte` can compare.
 *
 * @category models
 * @since 0.1.0
 */
export type OrderedField<Item> = FieldWith<Item, number | DateTime.DateTime>

type FieldWith<Item, V> = Item extends unknown
  ? { [F in Field<Item>]: Extract<ValueAt<Item, F>, V> extends never ? never : F }[Field<Item>]
  : never

/**
 * The type of the option `orderBy`: a field, with `-` before it for descending order. Fields that this version does not
 * know are accepted as well.
 *
 * @category models
 * @since 0.1.0
 */
export type OrderBy<Item = AnyItem> = Field<Item> | `-${Field<Item>}` | (string & {})

// -----------------------------------------------------------------------------
// Comparisons
// -----------------------------------------------------------------------------

/** At run time a query is the text itself: the brand exists only for the compiler. */
const query = <Item>(text: string): Query<Item> => text as Query<Item>

const valueText = (value: unknown): string => {
  if (DateTime.isDateTime(value)) return DateTime.formatIso(value)
  // An empty value is refused, and NaN and the infinities cannot be written.
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : ""
  // A value that the types do not allow, such as a variable that is not set, must not become the text "undefined".
  return typeof value === "string" || typeof value === "boolean" ? String(value) : ""
}

const compare = <Item>(field: string, operator: QueryText.Comparison, value: unknown): Query<Item> =>
  query(QueryText.comparison(field, operator, valueText(value)))

/**
 * Items whose field is the value.
 *
 * **When to use**
 *
 * In the options of an operation, which determine the fields that can be named, or with a type annotation of
 * {@link Query}.
 *
 * **Details**
 *
 * Text is case-sensitive. Dates are compared to the millisecond.
 *
 * **Gotchas**
 *
 * Codat's language has no quotes and no escape. Text that is empty, begins or ends with white space, or has `&&`, `||`,
 * `{`, `}`, `=`, `~`, `<` or `>` in it cannot be written: the operation fails with `InvalidRequest` on `query`, and
 * nothing is sent. {@link isValue} checks a text beforehand.
 *
 * **Example** (The linked connections of a company)
 *
 * ```ts
 * import { Connections, Query } from "effect-codat"
 *
 * const linked = Connections.list({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   query: Query.eq("status", "Linked")
 * })
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const eq = <Item = AnyItem, F extends Field<Item> = Field<Item>>(
  field: F,
  value: Value<Item, NoInfer<F>>
): Query<Item> => compare(field, "=", value)

/**
 * Items whose field is not the value.
 *
 * **Gotchas**
 *
 * Codat's language cannot query for null, and does not say whether items without the field match.
 *
 * **Example** (All but the unlinked)
 *
 * ```ts
 * import { type Connection, Query } from "effect-codat"
 *
 * const kept: Query.Query<Connection.Connection> = Query.ne("status", "Unlinked")
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const ne = <Item = AnyItem, F extends Field<Item> = Field<Item>>(
  field: F,
  value: Value<Item, NoInfer<F>>
): Query<Item> => compare(field, "!=", value)

/**
 * Items whose field contains the text; upper and lower case are the same. See {@link eq} for the text that cannot be
 * written.
 *
 * **Example** (Everything of one vendor)
 *
 * ```ts
 * import { Integrations, Query } from "effect-codat"
 *
 * const quickBooks = Integrations.list({ query: Query.contains("name", "QuickBooks") })
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const contains = <Item = AnyItem, F extends TextField<Item> = TextField<Item>>(
  field: F,
  text: string
): Query<Item> => compare(field, "~", text)

/**
 * Items whose field is one of the values, at least one.
 *
 * **Gotchas**
 *
 * Without any values the operation fails with `InvalidRequest` and sends nothing, because no filter matches nothing.
 *
 * **Example** (Either kind of bank)
 *
 * ```ts
 * import { type Connection, Query } from "effect-codat"
 *
 * const banks: Query.Query<Connection.Connection> = Query.oneOf("sourceType", ["Banking", "BankFeed"])
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const oneOf = <Item = AnyItem, F extends Field<Item> = Field<Item>>(
  field: F,
  values: ReadonlyArray<Value<Item, NoInfer<F>>>
): Query<Item> => query(QueryText.or(values.map((value) => compare(field, "=", value))))

/**
 * Items whose field is greater than the number, or later than the date.
 *
 * **Example** (Created since the beginning of the year)
 *
 * ```ts
 * import { type Connection, Query } from "effect-codat"
 * import { DateTime } from "effect"
 *
 * const recent: Query.Query<Connection.Connection> = Query.gt("created", DateTime.makeUnsafe("2026-01-01"))
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const gt = <Item = AnyItem, F extends OrderedField<Item> = OrderedField<Item>>(
  field: F,
  value: Extract<Value<Item, NoInfer<F>>, number | DateTime.DateTime>
): Query<Item> => compare(field, ">", value)

/**
 * Items whose field is greater than or equal to the number, or not earlier than the date.
 *
 * **Example** (Synchronised since the beginning of the year)
 *
 * ```ts
 * import { type Connection, Query } from "effect-codat"
 * import { DateTime } from "effect"
 *
 * const fresh: Query.Query<Connection.Connection> = Query.gte("lastSync", DateTime.makeUnsafe("2026-01-01"))
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const gte = <Item = AnyItem, F extends OrderedField<Item> = OrderedField<Item>>(
  field: F,
  value: Extract<Value<Item, NoInfer<F>>, number | DateTime.DateTime>
): Query<Item> => compare(field, ">=", value)

/**
 * Items whose field is less than the number, or earlier than the date.
 *
 * **Example** (Created before this year)
 *
 * ```ts
 * import { type Company, Query } from "effect-codat"
 * import { DateTime } from "effect"
 *
 * const old: Query.Query<Company.Company> = Query.lt("created", DateTime.makeUnsafe("2026-01-01"))
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const lt = <Item = AnyItem, F extends OrderedField<Item> = OrderedField<Item>>(
  field: F,
  value: Extract<Value<Item, NoInfer<F>>, number | DateTime.DateTime>
): Query<Item> => compare(field, "<", value)

/**
 * Items whose field is less than or equal to the number, or not later than the date.
 *
 * **Example** (Reads that are at most half done)
 *
 * ```ts
 * import { type PullOperation, Query } from "effect-codat"
 *
 * const early: Query.Query<PullOperation.PullOperation> = Query.lte("progress", 50)
 * ```
 *
 * @category comparisons
 * @since 0.1.0
 */
export const lte = <Item = AnyItem, F extends OrderedField<Item> = OrderedField<Item>>(
  field: F,
  value: Extract<Value<Item, NoInfer<F>>, number | DateTime.DateTime>
): Query<Item> => compare(field, "<=", value)

// -----------------------------------------------------------------------------
// Combinations
// -----------------------------------------------------------------------------

/**
 * Items that match all of the filters; without any filters, all items.
 *
 * **Details**
 *
 * Filters with `||` in them are put in braces, as Codat's documentation requires for filters that mix `&&` and `||`.
 *
 * **Example** (Two conditions)
 *
 * ```ts
 * import { Connections, Query } from "effect-codat"
 *
 * const linkedToXero = Connections.list({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   query: Query.and(Query.eq("status", "Linked"), Query.contains("platformName", "Xero"))
 * })
 * ```
 *
 * @category combinations
 * @since 0.1.0
 */
export const and = <Item = AnyItem>(...queries: ReadonlyArray<Query<Item>>): Query<Item> =>
  query(QueryText.and(queries))

/**
 * Items that match at least one of the filters.
 *
 * **Gotchas**
 *
 * Without any filters the operation fails with `InvalidRequest` and sends nothing, because no filter matches nothing.
 *
 * **Example** (Connections without access)
 *
 * ```ts
 * import { type Connection, Query } from "effect-codat"
 *
 * const lost: Query.Query<Connection.Connection> = Query.or(
 *   Query.eq("status", "Deauthorized"),
 *   Query.eq("status", "Unlinked")
 * )
 * ```
 *
 * @category combinations
 * @since 0.1.0
 */
export const or = <Item = AnyItem>(...queries: ReadonlyArray<Query<Item>>): Query<Item> =>
  query(QueryText.or(queries))

// -----------------------------------------------------------------------------
// Values and orders
// -----------------------------------------------------------------------------

/**
 * Tells whether a filter can have this text as a value.
 *
 * **When to use**
 *
 * For text that users type into a search box, to warn them before an operation fails. See {@link eq} for the text that
 * cannot be written.
 *
 * **Example** (A search box)
 *
 * ```ts
 * import { type Company, Query } from "effect-codat"
 *
 * const search = (text: string): Query.Query<Company.Company> | undefined =>
 *   Query.isValue(text.trim()) ? Query.contains("name", text.trim()) : undefined
 * ```
 *
 * @function
 * @category values
 * @since 0.1.0
 */
export const isValue: (text: string) => boolean = QueryText.isValue

/**
 * An order by a field that the compiler knows, with `-` before it for descending order.
 *
 * **Example** (The newest first)
 *
 * ```ts
 * import { Connections, Query } from "effect-codat"
 *
 * const newest = Connections.page({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   orderBy: Query.orderBy("-created"),
 *   pageSize: 10
 * })
 * ```
 *
 * @category orders
 * @since 0.1.0
 */
export const orderBy = <
  Item = AnyItem,
  Order extends Field<Item> | `-${Field<Item>}` = Field<Item> | `-${Field<Item>}`
>(
  order: Order
): Order => order
