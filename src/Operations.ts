/**
 * The table of every operation: its name, its method and its path, as the client, the sandbox and the documentation
 * read it.
 *
 * @module Operations
 * @since 0.1.0
 */
import * as Companies from "./Companies.ts"
import * as Connections from "./Connections.ts"
import * as Integrations from "./Integrations.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"

/**
 * What is known of an operation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation {
  /** The name that spans, metrics and errors carry, such as `Connections.get`. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** The path as Codat writes it, such as `/companies/{companyId}`. */
  readonly path: string
  /** The options that it takes. */
  readonly options: ReadonlyArray<string>
}

const modules: ReadonlyArray<object> = [Connections, Companies, Integrations]

/**
 * Every operation that is one endpoint of Codat's, in the order of the modules.
 *
 * **Example** (What reads and what writes)
 *
 * ```ts
 * import { Operations } from "effect-codat"
 *
 * const writes = Operations.all.filter(({ method }) => method !== "GET").map(({ name }) => name)
 * ```
 *
 * @category operations
 * @since 0.1.0
 */
export const all: ReadonlyArray<Operation> = modules.flatMap((module) =>
  Object.values(module).flatMap((value) => {
    const endpoint = Endpoint.of(value)
    return endpoint === undefined
      ? []
      : [
          {
            name: endpoint.operation,
            method: endpoint.method,
            path: endpoint.path,
            options: Object.keys(endpoint.input)
          }
        ]
  })
)
