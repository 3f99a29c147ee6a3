import { interleavings } from "./cases/Interleavings.ts"
import { onSqlite } from "./databases.ts"

// And forty more in test/programs.
onSqlite(interleavings(15))
