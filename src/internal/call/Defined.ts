/** Leaves out what is undefined, so that what is printed is only what is known. */
export const defined = <A extends object>(value: A): A => {
  for (const key in value) {
    // Only called with objects whose undefined properties are optional, so the copy is an `A` as well.
    if (value[key] === undefined)
      return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as A
  }
  return value
}
