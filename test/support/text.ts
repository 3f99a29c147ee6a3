/** Text of any code points for property tests. */
import * as fc from "fast-check"

/** `fc.string({ unit: "binary" })` takes seconds to set up, and this none. */
export const anyText = (): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 0x10ffff }))
    .map((codes) => String.fromCodePoint(...codes).toWellFormed())
