/** The commands of the guides, run by a shell as they stand, against a sandbox. */
import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Sandbox } from "effect-codat"
import { command, environment, folder, served, setup } from "./support.ts"

setup()

/** Lines of the `sh` blocks of a guide that run the command, those that go on over several lines as one. */
const linesOf = (guide: string): ReadonlyArray<string> =>
  [
    ...readFileSync(fileURLToPath(new URL(`../../docs/${guide}`, import.meta.url)), "utf8").matchAll(
      /^```sh\n([\s\S]*?)^```/gm
    )
  ]
    .flatMap(([, block = ""]) => block.replace(/\\\n\s*/g, "").split("\n"))
    .filter((line) => /\bnpx effect-codat\b/.test(line) && !line.startsWith("#"))

/** What serves until it is stopped is stopped once it has said that it serves; its port is a free one. */
const npx = `#!/bin/bash
shift
args=("$@")
case "$1 $2" in
  "sandbox "* | "webhooks listen")
    for ((i = 0; i < \${#args[@]}; i++)); do
      [[ "\${args[i]}" == --port ]] && unset "args[i]" "args[i + 1]" && ((i++))
    done
    out=$(mktemp "$HOME/out.XXXXXX")
    node "$COMMAND" "\${args[@]}" --port 0 > "$out" 2>&1 < /dev/null &
    until [[ -s "$out" ]]; do kill -0 $! 2> /dev/null || break; sleep 0.1; done
    kill -TERM $! 2> /dev/null
    wait $!; code=$?
    cat "$out"
    [[ $code == 0 || $code == 143 ]] ;;
  "login "*) exec node "$COMMAND" "$@" --base-url "$CODAT_BASE_URL" ;;
  # Without credentials, as at first.
  "demo "*) exec env -u CODAT_API_KEY -u CODAT_BASE_URL node "$COMMAND" "$@" ;;
  *) exec node "$COMMAND" "$@" ;;
esac
`

const shell = (line: string, env: Readonly<Record<string, string>>) =>
  Effect.callback<{ readonly code: number | null; readonly output: string }>((resume) => {
    const child = spawn("bash", ["-o", "pipefail", "-c", line], {
      cwd: folder,
      env: { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, HOME: folder, COMMAND: command, ...env }
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk
      })
    }
    child.stdin.end(`${Sandbox.apiKey}\n`)
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

for (const guide of ["command-line.md", "sandbox.md", "getting-started.md"]) {
  describe(guide, () => {
    it.live("has commands that do as they are told", () =>
      Effect.gen(function* () {
        const lines = linesOf(guide)
        assert.isNotEmpty(lines)
        mkdirSync(join(folder, "bin"), { recursive: true })
        writeFileSync(join(folder, "bin", "npx"), npx)
        // A store of passwords, of which the guide speaks, and what it reads JSON with where there is none.
        writeFileSync(join(folder, "bin", "pass"), `#!/bin/sh\necho ${Sandbox.apiKey}\n`)
        writeFileSync(join(folder, "bin", "jq"), "#!/bin/sh\ncat > /dev/null\n")
        for (const name of ["npx", "pass", "jq"]) chmodSync(join(folder, "bin", name), 0o755)
        const env = {
          ...(yield* environment),
          CODAT_WEBHOOK_SECRET: `whsec_${btoa("a secret of 32 bytes, or more..")}`
        }
        for (const line of lines) {
          const { code, output } = yield* shell(line.replace(/\bID\b/g, Sandbox.companyId), env)
          assert.strictEqual(code, 0, `${line}\n${output}`)
        }
      }).pipe(Effect.provide(served({ connections: 20, companies: 3 })))
    )
  })
}
