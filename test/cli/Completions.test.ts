/** The shells themselves complete what is typed, by the scripts that the command prints. */
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { TestContext } from "vitest"
import { folder, run, setup } from "./support.ts"

setup()

type Shell = "bash" | "zsh" | "fish"

/** What a line becomes after Tab, where one thing alone fits; a space at its end asks for everything that fits. */
const lines: ReadonlyArray<readonly [typed: string, completed: string]> = [
  ["conn", "connections"],
  ["connections unl", "unlink"],
  ["connections list --pa", "--page-size"],
  ["connections list --sh", "--show-secrets"],
  ["--js", "--json"],
  ["--profile live conn", "connections"],
  ["--profile live connections unl", "unlink"],
  ["webhooks con", "consumers"],
  ["webhooks consumers rot", "rotate-zapier-key"],
  ["webhooks consumers create --comp", "--company-tag"],
  ["completions z", "zsh"],
  ["export --format n", "ndjson"]
]

/** Bash and what COMP_WORDS is when Tab is pressed. */
const bash = `
eval "$(cat "$1")"; shift
of=$(complete -p effect-codat | sed 's/.*-F \\([^ ]*\\).*/\\1/')
for line in "$@"; do
  COMP_LINE="effect-codat $line" COMP_POINT=$((13 + \${#line})) COMPREPLY=()
  read -ra COMP_WORDS <<< "$COMP_LINE"
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  "$of" effect-codat "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
  echo "\${COMPREPLY[*]}"
done
`

/** Fish finds the script where the command's help puts it, for a command that there is. */
const fish = `
function effect-codat
end
for line in $argv
  complete -C "effect-codat $line" | string split -f 1 \\t | string join " "
end
`

/** An interactive zsh, which presses Tab and Enter: the command is a function that prints the last of its words. */
const zsh = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=READY; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; effect-codat() { print -r -- \\"GO\\"\\"T:\\$@[-1]:\\" }; echo LOA''DED"
zpty -r -m shell out '*LOADED*READY*'
shift
for line in "$@"; do
  zpty -w -n shell "effect-codat $line"$'\\t\\n'
  zpty -r -m shell out '*GOT:*:*READY*'
  print -r -- "\${\${out##*GOT:}%%:*}"
done
zpty -d shell
`

const invocation = (shell: Shell, script: string): ReadonlyArray<string> => {
  const at = (path: string, text = script) => {
    mkdirSync(join(folder, path, ".."), { recursive: true })
    writeFileSync(join(folder, path), text)
    return join(folder, path)
  }
  switch (shell) {
    case "bash":
      return ["--norc", at("tab.bash", bash), at("completions.bash")]
    case "zsh":
      at("zfunc/_effect-codat")
      return ["-f", at("tab.zsh", zsh), join(folder, "zfunc")]
    case "fish":
      at("config/fish/completions/effect-codat.fish")
      return [at("tab.fish", fish)]
  }
}

const isThere = (shell: Shell): boolean => spawnSync(shell, ["--version"]).status === 0

/** What a shell makes of lines. A shell that is not there is passed over; every system that runs the tests has bash. */
const completed = (shell: Shell, typed: ReadonlyArray<string>, context: TestContext) =>
  Effect.gen(function* () {
    if (shell !== "bash" && !isThere(shell)) {
      context.skip(
        `there is no ${shell} on the PATH, which this test needs; on Debian: apt-get install ${shell}`
      )
    }
    const { code, stdout } = yield* run(["completions", shell])
    assert.strictEqual(code, 0)
    const args = [...invocation(shell, stdout), ...typed]
    const ended = spawnSync(shell, args, {
      encoding: "utf8",
      cwd: folder,
      timeout: 60_000,
      env: { PATH: process.env["PATH"], HOME: folder, XDG_CONFIG_HOME: join(folder, "config"), TERM: "dumb" }
    })
    assert.strictEqual(ended.stderr, "")
    return ended.stdout.trimEnd().split("\n")
  })

for (const shell of ["bash", "zsh", "fish"] as const) {
  describe(shell, () => {
    it.live("completes commands, flags and values", (context) =>
      Effect.gen(function* () {
        const answers = yield* completed(
          shell,
          lines.map(([line]) => line),
          context
        )
        assert.deepStrictEqual(
          answers,
          lines.map(([, answer]) => answer)
        )
      })
    )

    it.live("is told how to install them by commands that exist", () =>
      Effect.gen(function* () {
        const { stdout } = yield* run(["completions", shell])
        assert.include(stdout, `effect-codat completions ${shell}`)
        assert.notInclude(stdout, "--completions")
      })
    )
  })
}
