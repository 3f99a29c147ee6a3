/**
 * Identifiers, which Codat compares without regard to case.
 */

export const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** Values by their identifiers. */
export class IdMap<A> extends Map<string, A> {
  override get(id: string): A | undefined {
    return super.get(id.toLowerCase())
  }
  override has(id: string): boolean {
    return super.has(id.toLowerCase())
  }
  override set(id: string, value: A): this {
    return super.set(id.toLowerCase(), value)
  }
  override delete(id: string): boolean {
    return super.delete(id.toLowerCase())
  }
}
