/** The parts of its process that the command uses. */
import * as Context from "effect/Context"

interface Writable {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly write: (text: string, callback?: (error?: Error | null) => void) => unknown
}

/**
 * Environment variables, and the three standard streams. `sandbox` and `demo` always run in their own process, and use
 * `process` directly.
 */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: { readonly isTTY?: boolean | undefined }
  readonly stdout: Writable
  readonly stderr: Writable
}

/** This process, unless another is provided. */
export const Host = Context.Reference<Host>("cli/Host", { defaultValue: () => process })
