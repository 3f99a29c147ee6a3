/** Makes programs in TypeScript ones that Node runs by itself, with the library's present source in them. */
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const src = fileURLToPath(new URL("../../src/", import.meta.url))

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
    external: (id) => !/^(?:[./]|effect(?:\/|$)|@effect\/|effect-codat(?:\/|$))/.test(id),
    plugins: [
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
