import { interleavings } from "../mirror/cases/Interleavings.ts"
import { onSqlite } from "../mirror/databases.ts"
import { onPostgres } from "./onPostgres.ts"

onPostgres(interleavings(15))

// It starts no program, and takes too long for `npm test`, which has fifteen of them.
onSqlite(interleavings(40))
