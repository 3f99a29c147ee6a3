/**
 * What a request sends, and which values in it no error may quote.
 */
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as CodatError from "../../CodatError.ts"
import { isTextForHeader } from "./Input.ts"

/** The body of a request, or why it cannot be sent. */
export type Written = Result.Result<Body, CodatError.InvalidRequest>

/** A request's body, and the texts in it that no error may quote. */
export interface Body {
  readonly body: HttpBody.HttpBody
  /** What the `content-type` header says. */
  readonly contentType: string | undefined
  readonly secrets: ReadonlyArray<string>
}

export const none: Written = Result.succeed({ body: HttpBody.empty, contentType: undefined, secrets: [] })

/** Whether a value means that nothing is sent. */
export const isNone = (value: unknown): boolean =>
  value === undefined || (HttpBody.isHttpBody(value) && value._tag === "Empty")

/** A value as JSON, or a body of bytes or form data as it is. */
export const of = (value: unknown): Effect.Effect<Written> => {
  if (HttpBody.isHttpBody(value) && value._tag === "FormData") return formData(value.formData)
  return Effect.succeed(isNone(value) ? none : HttpBody.isHttpBody(value) ? ofBytes(value) : json(value))
}

const ofBytes = (body: HttpBody.HttpBody): Written =>
  body._tag !== "Uint8Array"
    ? refused("JSON, or an HttpBody of bytes or form data")
    : isTextForHeader(body.contentType)
      ? bytes(body)
      : refused("text that is valid in a header", "body.contentType")

const bytes = (body: HttpBody.Uint8Array): Written =>
  Result.succeed({ body, contentType: body.contentType, secrets: [] })

/** The boundary between the parts is chosen here, once: attempts with one idempotency key have to send one body. */
const formData = (form: FormData): Effect.Effect<Written> =>
  Effect.tryPromise(async () => {
    const written = new Response(form)
    const type = written.headers.get("content-type") ?? undefined
    return bytes(HttpBody.uint8Array(new Uint8Array(await written.arrayBuffer()), type))
  }).pipe(Effect.orElseSucceed(() => refused("form data with files that can be read")))

const refused = (rule: string, field = "body"): Written =>
  Result.fail(new CodatError.InvalidRequest({ field, rule }))

/**
 * A value as JSON, with each `Redacted` in it replaced by its value.
 *
 * A body with secrets is made of bytes, because a printed request shows the text of a JSON body but only the length of
 * bytes. The `content-type` header says JSON either way.
 */
export const json = (value: unknown): Written => {
  const secrets: Array<string> = []
  try {
    const plain = revealed(value, secrets, false)
    const body =
      secrets.length > 0
        ? HttpBody.uint8Array(new TextEncoder().encode(JSON.stringify(plain)))
        : HttpBody.jsonUnsafe(plain)
    return Result.succeed({ body, contentType: "application/json", secrets })
  } catch {
    return refused("JSON, with no Map, Option, promise, bigint, NaN, circle or wiped secret")
  }
}

/**
 * Adds the texts of secrets to `secrets`. Throws for what JSON would leave out or write as null or `{}`, such as a
 * promise that was not awaited, so that no part of a body is lost without an error. Properties that are undefined are
 * left out.
 */
const revealed = (value: unknown, secrets: Array<string>, isSecret: boolean): unknown => {
  if (Redacted.isRedacted(value)) return revealed(Redacted.value(value), secrets, true)
  if (isSecret && (Predicate.isString(value) || Predicate.isNumber(value))) secrets.push(String(value))
  if (Array.isArray(value)) return value.map((entry) => revealed(entry, secrets, isSecret))
  if (isLostInJson(value)) throw new TypeError()
  if (!Predicate.isObject(value)) return value
  // Dates and the like have a form of their own in JSON. It can hold secrets, which JSON would write as `<redacted>`.
  if (Predicate.isFunction(value["toJSON"])) {
    const json: unknown = value["toJSON"]()
    // Effect's data types give JSON that is meant for logs, such as `{ _id: "Option", _tag: "None" }`.
    // They have no property `_id` themselves, as a class for the documents of a database may have.
    if ("pipe" in value && !("_id" in value) && Predicate.hasProperty(json, "_id")) throw new TypeError()
    return revealed(json, secrets, isSecret)
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, revealed(entry, secrets, isSecret)])
  )
}

const isLostInJson = (value: unknown): boolean =>
  Predicate.isNumber(value) || Predicate.isDate(value)
    ? !Number.isFinite(Number(value))
    : Predicate.isFunction(value) ||
      Predicate.isSymbol(value) ||
      Predicate.isPromiseLike(value) ||
      (Predicate.isObject(value) &&
        !("toJSON" in value) &&
        (Symbol.iterator in value ||
          // What they are is not in their properties, also where a program has added some.
          value instanceof Blob ||
          value instanceof Error ||
          // Such as an `ArrayBuffer`. A module, or an object of a class with a `Symbol.toStringTag`, has properties.
          (Object.keys(value).length === 0 && Object.prototype.toString.call(value) !== "[object Object]")))
