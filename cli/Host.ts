/** The process that the command runs in, as far as the command looks at it. */
import * as Context from "effect/Context"

interface Writable {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly write: (text: string, callback?: (error?: Error | null) => void) => unknown
}

/**
 * Environment variables, and the three standard streams. `sandbox` and `demo` need a process of their own, and look at
 * `process` itself.
 */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: { readonly isTTY?: boolean | undefined }
  readonly stdout: Writable
  readonly stderr: Writable
}

/** This process, unless another is provided. */
export const Host = Context.Reference<Host>("cli/Host", { defaultValue: () => process })
