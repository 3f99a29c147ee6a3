/** Makes programs in TypeScript ones that Node runs by itself, with the library's present source in them. */
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { type Plugin, rolldown } from "rolldown"
import { inject } from "vitest"
import { keptIn } from "./Answers.ts"
// Declares what is injected.
import type {} from "./run.ts"

const src = fileURLToPath(new URL("../../src/", import.meta.url))

const gate = `${src}internal/sandbox/Gate.ts`
const kept = fileURLToPath(new URL("Kept.ts", import.meta.url))

/** Has the sandboxes of a program keep their answers for the end of the tests. */
export const keepingAnswers = (): Plugin => ({
  name: "answers",
  resolveId: {
    filter: { id: /Gate\.ts$/ },
    handler: (id, importer) =>
      importer !== undefined && importer !== kept && resolve(dirname(importer), id) === gate ? kept : null
  },
  transform: {
    filter: { id: /Kept\.ts$/ },
    handler: (code) => code.replace('"FOLDER"', () => JSON.stringify(keptIn(inject("shared"))))
  }
})

/**
 * Writes `<name>.mjs` for each. A process pays two seconds for compiling the library as it starts, and one for each
 * thousand modules, so that the library and Effect are compiled once for all, and put together.
 */
export const compile = async (
  input: Readonly<Record<string, string>>,
  dir: string,
  entryFileNames = "[name].mjs"
): Promise<void> => {
  const build = await rolldown({
    input: { ...input },
    platform: "node",
    tsconfig: false,
    external: (id) => !/^(?:[./]|effect(?:\/|$)|@effect\/|effect-codat(?:\/|$)|codat$)/.test(id),
    plugins: [
      keepingAnswers(),
      {
        name: "library",
        resolveId: (id) => {
          const found = /^effect-codat(?:\/(\w+))?$/.exec(id)
          return found === null ? null : `${src}${found[1] ?? "index"}.ts`
        }
      }
    ]
  })
  await build.write({
    dir,
    format: "esm",
    entryFileNames,
    chunkFileNames: "shared-[hash].mjs",
    sourcemap: true
  })
  await build.close()
}
