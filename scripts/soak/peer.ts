/**
 * Reads and writes on the same hostile server with `@codat/platform`, in a loop as its
 * README does. Runs in a process of its own, because some answers kill it.
 */
import { CodatPlatformCore } from "@codat/platform/core.js"
import { connectionsCreate } from "@codat/platform/funcs/connectionsCreate.js"
import { connectionsList } from "@codat/platform/funcs/connectionsList.js"

const [what, serverURL = "", authHeader = "", companyId = "", first = "0", second = "0"] =
  process.argv.slice(2)

const client = new CodatPlatformCore({ authHeader, serverURL })
const options = {
  retries: {
    strategy: "backoff" as const,
    backoff: { initialInterval: 5, maxInterval: 50, exponent: 1.5, maxElapsedTime: 10_000 },
    retryConnectionErrors: true
  }
}

/** Errors that no caller can catch: without these listeners the first of them ends the process. */
let uncaught = 0
for (const event of ["unhandledRejection", "uncaughtException"]) {
  process.on(event, () => {
    uncaught++
  })
}

let hung = 0
let thrown = 0
/** Some answers make a call that never settles. After ten seconds it counts as one. */
const settled = async <A>(call: Promise<A>): Promise<A | { readonly ok: false }> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const never = new Promise<{ readonly ok: false }>((resolve) => {
    timer = setTimeout(() => {
      hung++
      resolve({ ok: false })
    }, 10_000)
  })
  try {
    return await Promise.race([call, never])
  } catch {
    // By its type it returns a result and never rejects.
    thrown++
    return { ok: false }
  } finally {
    clearTimeout(timer)
  }
}

const list = async (pages: number, pageSize: number) => {
  const ids: Array<string> = []
  let failed = 0
  for (let page = 1; page <= pages; page++) {
    const answer = await settled(connectionsList(client, { companyId, page, pageSize }, options))
    if (answer.ok) for (const { id } of answer.value.results ?? []) ids.push(id)
    else failed++
  }
  return { ids, failed }
}

const create = async (creates: number) => {
  let failed = 0
  for (let n = 0; n < creates; n++) {
    const answer = await settled(
      connectionsCreate(client, { companyId, requestBody: { platformKey: "gbol" } }, options)
    )
    if (!answer.ok) failed++
  }
  return { ids: [], failed }
}

const outcome = what === "list" ? await list(Number(first), Number(second)) : await create(Number(first))
// The second promise of a failed parse rejects after the first.
await new Promise((resolve) => setTimeout(resolve, 50))
process.stdout.write(JSON.stringify({ ...outcome, hung, thrown, uncaught }))
