/**
 * A real Chromium for the tests of a file, with a profile for as long as a scope lasts.
 */
import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import { type Browser, type BrowserContext, chromium as playwright } from "playwright-core"
import { afterAll, type TestContext } from "vitest"

const executablePath = "/usr/bin/chromium"

const missing = `there is no ${executablePath}, which this test needs; on Debian: apt-get install chromium`

/** A browser for the tests of one file, which starts with the first of them. */
export const browser = () => {
  let started: Promise<Browser> | undefined
  afterAll(async () => (await started)?.close())
  const start = () =>
    playwright.launch({
      executablePath,
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync"
      ]
    })

  /** A profile of its own. Where there is no Chromium the test says so and is passed over, but not in CI, which has to bring one. */
  return (context: TestContext) =>
    Effect.gen(function* () {
      if (!existsSync(executablePath)) {
        if (process.env["CI"] === undefined) context.skip(missing)
        return yield* Effect.die(new Error(missing))
      }
      return yield* Effect.acquireRelease(
        Effect.promise(async (): Promise<BrowserContext> => {
          started ??= start()
          const profile = await (await started).newContext({ viewport: { width: 1100, height: 800 } })
          // Shorter than a test may take, so that a failure says what was waited for.
          profile.setDefaultTimeout(8000)
          return profile
        }),
        (profile) => Effect.promise(() => profile.close())
      )
    })
}
