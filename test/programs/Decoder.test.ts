import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

const required = {
  id: "ee2eb431-c0fa-4dc9-93fa-d29781c12bcd",
  integrationId: "bf083d72-62c7-493e-aec9-81b4dbba7e2c",
  sourceId: "bdd831ce-eebd-4896-89a7-20e5ee8989ee",
  platformName: "Basiq",
  linkUrl: "https://link-api.codat.io/companies/86bd88cb/connections/ee2eb431/start?otp=123456"
}

describe("the decoder", () => {
  it("needs no code generation", () => {
    const script = `
      import * as Result from "effect/Result"
      import { Connection } from "./src/Connection.ts"
      import * as Decode from "./src/internal/model/Decode.ts"
      import * as Page from "./src/Page.ts"
      let forbidden = false
      try { new Function("return 1") } catch { forbidden = true }
      const decode = Decode.compile(Page.make(Connection))
      const right = decode({ results: [${JSON.stringify({ ...required, created: "2022-10-27" })}] })
      const wrong = decode({ results: [{}] })
      console.log(JSON.stringify([
        forbidden,
        Result.isSuccess(right) && right.success.results[0].created.toJSON(),
        Result.isFailure(wrong) && wrong.failure
      ]))
    `
    const child = spawnSync(
      process.execPath,
      ["--disallow-code-generation-from-strings", "--import", "tsx", "--input-type=module", "--eval", script],
      { cwd: fileURLToPath(new URL("../..", import.meta.url)), encoding: "utf8" }
    )
    assert.strictEqual(child.stderr, "")
    assert.deepStrictEqual(JSON.parse(child.stdout), [
      true,
      "2022-10-27T00:00:00.000Z",
      { path: ["results", 0, "id"], message: "Missing key" }
    ])
  })
})
