import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

// Vitest's reporter needs it to print a failure, and Node 20 does not have it.
Map.groupBy ??= <K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, Array<T>> => {
  const groups = new Map<K, Array<T>>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index++)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const src = (path: string) => from(`./src/${path}`)

// What starts other programs: the command, PostgreSQL, Redis, Chromium, npm, the guides' programs.
const programs = ["test/cli/**/*.test.ts", "test/programs/**/*.test.ts"]

// The folder for what is made once in a run. Only tests that start other programs make anything.
const globalSetup = from("./test/support/run.ts")

export default defineConfig({
  resolve: {
    alias: [
      { find: /^effect-codat$/, replacement: src("index.ts") },
      { find: /^effect-codat\/(.+)$/, replacement: src("$1.ts") }
    ]
  },
  test: {
    // Every answer of the sandbox, in every test, is held against Codat's specification.
    setupFiles: [from("./test/support/setup.ts")],
    testTimeout: 30_000,
    // No module of the library has a state, so that the files of a worker can share them. Each import of Effect costs 2 s.
    isolate: false,
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: "library",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: programs,
          // The compiler checks these: run as tests they would pass, whatever the types are.
          typecheck: { enabled: true, include: ["test/**/*.test-d.ts"] }
        }
      },
      {
        extends: true,
        test: { name: "programs", include: programs, globalSetup }
      },
      {
        extends: true,
        // The fleet's processes are killed and stopped for minutes, and want a quiet machine.
        test: { name: "fleet", include: ["test/mirror/Fleet.live.ts"], globalSetup }
      }
    ]
  }
})
