/**
 * Codat's dates: ISO 8601 text on the wire, `DateTime.Utc` in programs.
 *
 * `Schema.DateTimeUtcFromString` would work, but it runs a regular expression and creates a `Date` for each value, and
 * how `Date` reads 30 February depends on the engine. A page has hundreds of dates, so they are read here character by
 * character.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"

const PLUS = 43
const MINUS = 45
const DOT = 46
const ZERO = 48
const COLON = 58
const UPPER_T = 84
const UPPER_Z = 90
const LOWER_T = 116
const LOWER_Z = 122

/** Whether `n`, a character code minus that of `0`, is a digit. `>>>` turns a negative number into a huge one. */
const isDigit = (n: number): boolean => n >>> 0 <= 9

/** The number that the two digits at `i` make, or -1 when they are not digits; both must be inside the text. */
const two = (text: string, i: number): number => {
  const tens = text.charCodeAt(i) - ZERO
  const units = text.charCodeAt(i + 1) - ZERO
  return isDigit(tens) && isDigit(units) ? tens * 10 + units : -1
}

const daysInMonth = (year: number, month: number): number => {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar, for years from 0. */
const daysFromEpoch = (year: number, month: number, day: number): number => {
  // In a year that starts in March the leap day is the last day, so no month needs a special case. Adding 400 years,
  // one cycle of the calendar, keeps January and February of the year 0 from becoming negative.
  const y = year + 400 - (month <= 2 ? 1 : 0)
  const m = month <= 2 ? month + 9 : month - 3
  const dayOfYear = ((153 * m + 2) / 5) | 0
  return 365 * y + (y >> 2) - ((y / 100) | 0) + ((y / 400) | 0) + dayOfYear + day - 865_566
}

/** Years outside 0 to 9999 come only from encoding a `DateTime`, so only the format of `formatIso` is read. */
const parseExpandedYear = (text: string): number => {
  const millis = Date.parse(text)
  return Number.isNaN(millis) || new Date(millis).toISOString() !== text ? Number.NaN : millis
}

/**
 * The milliseconds since the epoch of a date, or NaN when the text is not a date.
 *
 * Accepts `YYYY-MM-DD` and `YYYY-MM-DDTHH:mm`, the second with optional seconds, fractional digits (any number) and
 * zone (`Z`, `+HH:mm` or `+HHmm`). Without a zone it is UTC. Digits after the third of the fraction are
 * dropped, not rounded: a `DateTime` counts whole milliseconds.
 */
export const parse = (text: string): number => {
  const length = text.length
  if (length < 10) return Number.NaN
  const century = two(text, 0)
  const yearOfCentury = two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  if (
    (century | yearOfCentury) < 0 ||
    month < 1 ||
    month > 12 ||
    day < 1 ||
    text.charCodeAt(4) !== MINUS ||
    text.charCodeAt(7) !== MINUS
  ) {
    const sign = text.charCodeAt(0)
    return sign === PLUS || sign === MINUS ? parseExpandedYear(text) : Number.NaN
  }
  const year = century * 100 + yearOfCentury
  if (day > 28 && day > daysInMonth(year, month)) return Number.NaN
  const midnight = daysFromEpoch(year, month, day) * 86_400_000
  return length === 10 ? midnight : parseTime(text, length, midnight)
}

const parseTime = (text: string, length: number, midnight: number): number => {
  if (length < 16) return Number.NaN
  const separator = text.charCodeAt(10)
  const hour = two(text, 11)
  const minute = two(text, 14)
  if (
    (separator !== UPPER_T && separator !== LOWER_T) ||
    text.charCodeAt(13) !== COLON ||
    hour < 0 ||
    hour > 24 ||
    minute < 0 ||
    minute > 59
  ) {
    return Number.NaN
  }
  let i = 16
  let second = 0
  let millis = 0
  let pastMidnight = minute !== 0
  if (length > 16 && text.charCodeAt(16) === COLON) {
    if (length < 19) return Number.NaN
    second = two(text, 17)
    if (second < 0 || second > 59) return Number.NaN
    if (second !== 0) pastMidnight = true
    i = 19
    if (length > 19 && text.charCodeAt(19) === DOT) {
      let scale = 100
      for (i = 20; i < length; i++) {
        const digit = text.charCodeAt(i) - ZERO
        if (!isDigit(digit)) break
        if (digit !== 0) pastMidnight = true
        millis += digit * scale
        scale = (scale / 10) | 0
      }
      if (i === 20) return Number.NaN
    }
  }
  // 24:00 is the end of the day; a later time, such as 24:01, is not valid.
  if (hour === 24 && pastMidnight) return Number.NaN
  const utc = midnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + millis
  if (i === length) return utc
  const zone = text.charCodeAt(i)
  if (zone === UPPER_Z || zone === LOWER_Z) return i + 1 === length ? utc : Number.NaN
  return zone === PLUS || zone === MINUS ? parseOffset(text, length, i, utc) : Number.NaN
}

const parseOffset = (text: string, length: number, at: number, utc: number): number => {
  const left = length - at
  if (left !== 5 && !(left === 6 && text.charCodeAt(at + 3) === COLON)) return Number.NaN
  const hour = two(text, at + 1)
  const minute = two(text, length - 2)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return Number.NaN
  const offset = (hour * 60 + minute) * 60_000
  return text.charCodeAt(at) === PLUS ? utc - offset : utc + offset
}

/**
 * Makes a function from milliseconds since the epoch to a `DateTime.Utc` like `model`.
 *
 * A `DateTime.Utc` has a prototype, its milliseconds, and a hidden property that is empty until the date's parts are
 * asked for. Defining that property takes several times as long as reading the text of the date, and Effect adds it
 * where it is missing. So it is left out here. If `model` has other properties than these, Effect makes the dates.
 */
export const makerLike = (model: DateTime.Utc): ((millis: number) => DateTime.Utc) => {
  if (Object.getOwnPropertyNames(model).join() !== "epochMilliseconds,partsUtc") {
    return (millis) => DateTime.mapEpochMillis(model, () => millis)
  }
  function Utc(this: { epochMilliseconds: number }, millis: number) {
    this.epochMilliseconds = millis
  }
  // A constructor takes a third of the time of `Object.create`. What it makes is a `DateTime.Utc` by its prototype.
  Utc.prototype = Object.getPrototypeOf(model)
  const Made = Utc as unknown as new (millis: number) => DateTime.Utc
  return (millis) => new Made(millis)
}

/** Milliseconds since the epoch as a `DateTime.Utc`. */
export const fromMillis = makerLike(DateTime.makeUnsafe(0))

/** Text to `DateTime.Utc`; `Decode` recognizes this transformation by identity and reads the date without an effect. */
export const decoding: SchemaGetter.Getter<DateTime.Utc, string> = SchemaGetter.transformEffect(
  (text, options) => {
    const millis = parse(text)
    return Number.isNaN(millis)
      ? Effect.fail(
          new SchemaIssue.InvalidValue({ expected: "an ISO 8601 date or date-time" }, text, options)
        )
      : Effect.succeed(fromMillis(millis))
  }
)

/** A string on the wire, a `DateTime.Utc` in programs; encodes to ISO 8601 in UTC, to the millisecond. */
export const UtcFromString: Schema.Codec<DateTime.Utc, string> = Schema.String.pipe(
  Schema.decodeTo(Schema.DateTimeUtc, {
    decode: decoding,
    encode: SchemaGetter.transform(DateTime.formatIso)
  })
)
