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

/** What is set on each connection. */
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
  /** Whether there are rows to be read; `node:sqlite` does not say, and reads none where there are none. */
  readonly reader?: boolean
  readonly all: (...params: ReadonlyArray<unknown>) => ReadonlyArray<Record<string, unknown>>
  readonly run: (...params: ReadonlyArray<unknown>) => unknown
  /** Has the rows come as lists: the name of `node:sqlite` for it, which it has from Node 22.16 on, and that of `libsql`. */
  readonly setReturnArrays?: (isEnabled: boolean) => void
  readonly raw?: (isEnabled: boolean) => unknown
}

interface Native {
  readonly prepare: (sql: string) => Prepared
  /** The name of `libsql` for it, and that of `node:sqlite`, which has it from Node 22.16 on. */
  readonly inTransaction?: boolean
  readonly isTransaction?: boolean
  readonly close: () => void
}

type Constructor = new (filename: string) => Native

/** Statements that are kept prepared: all of the mirror's own, and some of its user's. */
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

/** Neither is a dependency, so that nobody's bundler looks for it: a name that is computed is left alone. */
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
      `there is no ${engine ?? "SQLite"} here: it takes Node 22 or newer, or the package libsql (npm install libsql)`,
      { cause }
    )
  })
  return of(new Native(filename))
}
