/**
 * JSON whose end is missing, as of an error body of which only the beginning was read.
 */

/** The brackets that are open where the text ends, and where its last comma is that is not in a string. */
const scan = (text: string): { readonly open: ReadonlyArray<string>; readonly comma: number } => {
  const open: Array<string> = []
  let comma = -1
  let isString = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (isString) {
      if (char === "\\") i++
      else if (char === '"') isString = false
    } else if (char === '"') isString = true
    else if (char === "{") open.push("}")
    else if (char === "[") open.push("]")
    else if (char === "}" || char === "]") open.pop()
    else if (char === ",") comma = i
  }
  return { open, comma }
}

/** The object without its last, incomplete property or element, or nothing where no other is left. */
export const mend = (text: string): string | undefined => {
  if (!/^\s*\{/.test(text)) return undefined
  const { comma } = scan(text)
  if (comma < 0) return undefined
  const whole = text.slice(0, comma)
  return whole + [...scan(whole).open].reverse().join("")
}
