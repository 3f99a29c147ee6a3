import { interleavings } from "../mirror/cases/Interleavings.ts"
import { onPostgres } from "./onPostgres.ts"

onPostgres(interleavings)
