/**
 * The tables of a mirror. Their columns are part of the public contract: users join these tables.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

type Types = {
  readonly time: string
  readonly json: string
  readonly int: string
  readonly fillfactor: string
}

const sqlite: Types = { time: "TEXT", json: "TEXT", int: "INTEGER", fillfactor: "" }

/** `json` and not `jsonb`: it returns the text as it was written, so that two reads can be compared. */
const pg: Types = { time: "TIMESTAMPTZ", json: "JSON", int: "BIGINT", fillfactor: "WITH (fillfactor = 80)" }

const tables = ({ fillfactor, int, json, time }: Types): ReadonlyArray<string> => [
  `CREATE TABLE codat_companies (
    account TEXT NOT NULL,
    company_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    created_by_user_name TEXT,
    tags ${json},
    created ${time},
    last_sync ${time},
    read_at ${time} NOT NULL,
    removed_at ${time},
    read_seq ${int} NOT NULL,
    applied_seq ${int} NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (account, company_id)
  ) ${fillfactor}`,
  `CREATE TABLE codat_connections (
    account TEXT NOT NULL,
    company_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    integration_key TEXT,
    source_id TEXT NOT NULL,
    source_type TEXT,
    platform_name TEXT NOT NULL,
    status TEXT,
    created ${time},
    last_sync ${time},
    data_connection_errors ${json},
    changed_at ${time} NOT NULL,
    PRIMARY KEY (account, company_id, connection_id)
  )`,
  `CREATE TABLE codat_walks (
    account TEXT PRIMARY KEY NOT NULL,
    phase TEXT NOT NULL,
    first_seq ${int} NOT NULL,
    page_size ${int} NOT NULL,
    next_page ${int} NOT NULL,
    round ${int} NOT NULL,
    total ${int},
    total_pages ${int},
    pages ${int} NOT NULL,
    skipped ${int} NOT NULL,
    candidates ${int} NOT NULL,
    removed ${int} NOT NULL,
    changes ${int} NOT NULL,
    started_at ${time},
    page_at ${time},
    finished_at ${time},
    change_seq ${int} NOT NULL,
    pruned_seq ${int} NOT NULL
  )`,
  `CREATE TABLE codat_events (
    account TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    company_id TEXT,
    seq ${int} NOT NULL,
    received_at ${time} NOT NULL,
    done_at ${time},
    PRIMARY KEY (account, webhook_id)
  )`,
  `CREATE TABLE codat_faults (
    account TEXT NOT NULL,
    company_id TEXT NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    connection_id TEXT,
    message TEXT NOT NULL,
    seq ${int} NOT NULL,
    at ${time} NOT NULL,
    PRIMARY KEY (account, company_id, path)
  )`,
  "CREATE INDEX codat_events_open ON codat_events (account, company_id, seq) WHERE done_at IS NULL",
  `CREATE TABLE codat_changes (
    account TEXT NOT NULL,
    seq ${int} NOT NULL,
    kind TEXT NOT NULL,
    company_id TEXT NOT NULL,
    connection_id TEXT,
    fields ${json} NOT NULL,
    at ${time} NOT NULL,
    PRIMARY KEY (account, seq)
  )`
]

const create: Effect.Effect<void, SqlError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const statements = sql.onDialectOrElse({
    pg: () => ["CREATE SEQUENCE codat_sequence", ...tables(pg)],
    orElse: () => [
      "CREATE TABLE codat_sequence (value INTEGER NOT NULL)",
      "INSERT INTO codat_sequence VALUES (0)",
      ...tables(sqlite)
    ]
  })
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})

/** The migrations by number and name, in the form that Effect's `Migrator` expects. */
export const migrations: Readonly<Record<string, Effect.Effect<void, SqlError, SqlClient.SqlClient>>> = {
  "1_create": create
}
