/**
 * Texts that must not be printed, such as links with a one-time password in them.
 */
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** Text to `Redacted`. `Decode` recognizes this transformation by identity. */
export const decoding: SchemaGetter.Getter<Redacted.Redacted<string>, string> = SchemaGetter.transform(
  (text: string) => Redacted.make(text)
)

/** A string on the wire, a `Redacted` in programs; encodes the text itself. */
export const Secret: Schema.Codec<Redacted.Redacted<string>, string> = Schema.String.pipe(
  Schema.decodeTo(Schema.Redacted(Schema.String), {
    decode: decoding,
    encode: SchemaGetter.transform(Redacted.value)
  })
)
