/**
 * The two engines that SQLite runs on, as far as a mirror needs them.
 */

export interface Database {
  readonly all: (sql: string, params: ReadonlyArray<unknown>) => ReadonlyArray<Record<string, unknown>>
  /** Rows as lists of their cells, of which several can have the same name. */
  readonly values: (sql: string, params: ReadonlyArray<unknown>) => ReadonlyArray<ReadonlyArray<unknown>>
  /** Whether a transaction is open; undefined where the engine does not say. */
  readonly isInTransaction: () => boolean | undefined
  readonly close: () => void
}

/** The statements that configure a connection. */
export const settings = [
  "PRAGMA busy_timeout = 5000",
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = NORMAL",
  "PRAGMA cache_size = -32000",
  // A page that several transactions change is then written to the database file once.
  "PRAGMA wal_autocheckpoint = 8000"
]

/** What `node:sqlite` and `libsql` have in common. */
interface Prepared {
  /** Whether the statement returns rows. `node:sqlite` does not have it; there, `all` works for every statement. */
  readonly reader?: boolean
  readonly all: (...params: ReadonlyArray<unknown>) => ReadonlyArray<Record<string, unknown>>
  readonly run: (...params: ReadonlyArray<unknown>) => unknown
  /** Makes rows lists of cells: `setReturnArrays` of `node:sqlite`, from Node 22.16 on, and `raw` of `libsql`. */
  readonly setReturnArrays?: (isEnabled: boolean) => void
  readonly raw?: (isEnabled: boolean) => unknown
}

interface Native {
  readonly prepare: (sql: string) => Prepared
  /** Whether a transaction is open: `inTransaction` of `libsql`, `isTransaction` of `node:sqlite` (Node 22.16). */
  readonly inTransaction?: boolean
  readonly isTransaction?: boolean
  readonly close: () => void
}

type Constructor = new (filename: string) => Native

/** How many statements are kept prepared: enough for the mirror's own and some of the program's. */
const kept = 200

const of = (native: Native): Database => {
  const cache = (set: (statement: Prepared) => void) => {
    const prepared = new Map<string, Prepared>()
    return (sql: string, params: ReadonlyArray<unknown>) => {
      let statement = prepared.get(sql)
      if (statement === undefined) {
        statement = native.prepare(sql)
        if (statement.reader !== false) set(statement)
        const [oldest] = prepared.keys()
        if (prepared.size >= kept && oldest !== undefined) prepared.delete(oldest)
        prepared.set(sql, statement)
      }
      const bound = params.map((param) => (param === undefined ? null : param))
      if (statement.reader === false) {
        statement.run(...bound)
        return []
      }
      return statement.all(...bound)
    }
  }
  const lists = cache((statement) => {
    if (statement.setReturnArrays === undefined) statement.raw?.(true)
    else statement.setReturnArrays(true)
  })
  return {
    all: cache(() => {}),
    values: (sql, params) => lists(sql, params).map((row) => (Array.isArray(row) ? row : Object.values(row))),
    isInTransaction: () => native.inTransaction ?? native.isTransaction,
    close: () => native.close()
  }
}

/** Imports by a name that bundlers cannot see: otherwise they would look for both packages, and neither is required. */
const load = async (name: string): Promise<Record<string, unknown>> => await import(/* @vite-ignore */ name)

const constructorOf = async (engine: "node:sqlite" | "libsql"): Promise<Constructor> => {
  const module = await load(engine)
  // Both export a class that opens the file that it is given.
  return (engine === "node:sqlite" ? module["DatabaseSync"] : module["default"]) as Constructor
}

export const open = async (
  filename: string,
  engine: "node:sqlite" | "libsql" | undefined
): Promise<Database> => {
  const Native = await (engine === undefined
    ? constructorOf("node:sqlite").catch(() => constructorOf("libsql"))
    : constructorOf(engine)
  ).catch((cause: unknown) => {
    throw new Error(
      `${engine ?? "SQLite"} is not available: it needs Node 22 or newer, or the package libsql (npm install libsql)`,
      { cause }
    )
  })
  return of(new Native(filename))
}
