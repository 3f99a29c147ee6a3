/**
 * A real Chromium for as long as a scope lasts, with a profile of its own.
 */
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type BrowserContext, chromium as playwright } from "playwright-core"
import type { TestContext } from "vitest"

const executablePath = "/usr/bin/chromium"

const missing = `there is no ${executablePath}, which this test needs; on Debian: apt-get install chromium`

/** Where there is no Chromium the test says so and is passed over, but not in CI, which has to bring one. */
export const chromium = (context: TestContext) =>
  Effect.gen(function* () {
    if (!existsSync(executablePath)) {
      if (process.env["CI"] === undefined) context.skip(missing)
      return yield* Effect.die(new Error(missing))
    }
    const profile = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "chromium-"))),
      (path) => Effect.promise(() => rm(path, { recursive: true, force: true, maxRetries: 5 }))
    )
    return yield* Effect.acquireRelease(
      Effect.promise(async (): Promise<BrowserContext> => {
        const browser = await playwright.launchPersistentContext(profile, {
          executablePath,
          headless: true,
          viewport: { width: 1100, height: 800 },
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
        // Shorter than a test may take, so that a failure says what was waited for.
        browser.setDefaultTimeout(8000)
        return browser
      }),
      (browser) => Effect.promise(() => browser.close())
    )
  })
