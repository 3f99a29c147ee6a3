import { interleavings } from "./cases/Interleavings.ts"
import { onSqlite } from "./databases.ts"

onSqlite(interleavings)
