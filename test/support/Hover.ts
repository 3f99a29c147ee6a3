/** What an editor shows for a name in a program, as the language server of the installed compiler says it. */
import { spawn } from "node:child_process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { Effect } from "effect"

const root = fileURLToPath(new URL("../../", import.meta.url))

const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url))

/** A file of the project, whose text in the editor is that of the program; nothing is written. */
const uri = pathToFileURL(`${root}test/Types.test-d.ts`).href

interface Message {
  /** A text in what the server asks. */
  readonly id?: number | string
  readonly method?: string
  readonly params?: { readonly items?: ReadonlyArray<unknown> }
  readonly result?: { readonly contents?: { readonly value?: string } } | null
}

/** A language server, and how it is asked. */
const server = Effect.acquireRelease(
  Effect.sync(() => {
    const program = spawn(process.execPath, [compiler, "--lsp", "--stdio"], {
      cwd: root,
      stdio: ["pipe", "pipe", "ignore"]
    })
    const waiting = new Map<number, (message: Message) => void>()
    let received = Buffer.alloc(0)
    const send = (message: object): void => {
      const text = JSON.stringify({ jsonrpc: "2.0", ...message })
      program.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
    }
    program.stdout.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      for (;;) {
        const start = received.indexOf("\r\n\r\n") + 4
        const length = Number(/Content-Length: (\d+)/i.exec(received.subarray(0, start).toString())?.[1])
        if (start < 4 || received.length < start + length) return
        const message = JSON.parse(received.subarray(start, start + length).toString()) as Message
        received = received.subarray(start + length)
        if (message.id === undefined) continue
        if (message.method === undefined) waiting.get(Number(message.id))?.(message)
        // It asks for the editor's settings, one for each item, and waits for them.
        else send({ id: message.id, result: message.params?.items?.map(() => null) ?? null })
      }
    })
    const ask = (method: string, params: object) =>
      Effect.callback<Message>((resume) => {
        const id = waiting.size + 1
        waiting.set(id, (message) => resume(Effect.succeed(message)))
        send({ id, method, params })
      })
    return { ask, tell: (method: string, params: object) => send({ method, params }), program }
  }),
  ({ program }) =>
    Effect.callback<void>((resume) => {
      if (program.exitCode !== null) return resume(Effect.void)
      program.once("exit", () => resume(Effect.void))
      // Its end of input is the end of the server, and of the program that started it.
      program.stdin.end()
    })
)

/** The hover text of each name in a program that `/*?*\/` stands before: the type, and the text of its comment. */
export const hoversOf = Effect.fnUntraced(function* (text: string) {
  const { ask, tell } = yield* server
  yield* ask("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    capabilities: { textDocument: { hover: { contentFormat: ["markdown"] } } }
  })
  tell("initialized", {})
  tell("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text } })
  return yield* Effect.forEach(Array.from(text.matchAll(/\/\*\?\*\//g)), (mark) => {
    const before = text.slice(0, mark.index + mark[0].length).split("\n")
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
    return Effect.map(
      ask("textDocument/hover", { textDocument: { uri }, position }),
      ({ result }) => result?.contents?.value ?? ""
    )
  })
})
