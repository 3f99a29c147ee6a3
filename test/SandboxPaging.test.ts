import { assert, describe, it } from "@effect/vitest"
import * as Paging from "../src/internal/sandbox/Paging.ts"
import * as Query from "../src/internal/sandbox/Query.ts"

interface Item {
  readonly id: number
}

const fields = Query.fields<Item>({ of: "Item", plain: ["id"], nested: [], from: (item) => item })

/** A list that counts how often one of its items is read. */
const watched = (length: number) => {
  const reads = { count: 0 }
  const items: ReadonlyArray<Item> = new Proxy(
    Array.from({ length }, (_, id) => ({ id })),
    {
      get: (target, key, receiver) => {
        if (typeof key === "string" && /^\d+$/.test(key)) reads.count++
        return Reflect.get(target, key, receiver)
      }
    }
  )
  return { items, reads }
}

const page = (items: ReadonlyArray<Item>, search: string) => {
  const reply = Paging.page({
    items,
    fields,
    path: "/items",
    search: new URLSearchParams(search),
    json: (item) => JSON.stringify(item)
  })
  assert.strictEqual(reply._tag, "Json")
  return JSON.parse(reply._tag === "Json" ? reply.json : "")
}

describe("the sandbox's pages", () => {
  it("cost what they hold, however long the list", () => {
    const { items, reads } = watched(10_000)
    assert.strictEqual(page(items, "page=57").results[0].id, 5600)
    assert.strictEqual(reads.count, 100)
  })

  it("cost the whole list only when it must be searched or put in order", () => {
    for (const search of ["query=id%3C5", "orderBy=-id"]) {
      const { items, reads } = watched(1000)
      page(items, search)
      assert.isAtLeast(reads.count, 1000)
    }
  })

  it("write a parameter of a link so that it can be read again", () => {
    const query = "id!=1 && {id<5||id=7}"
    const { href } = page(watched(1000).items, new URLSearchParams({ query, pageSize: "2" }).toString())
      ._links.next
    assert.match(href, /^\/items\?[\x21-\x7e]+$/)
    const search = new URL(href, "http://localhost").searchParams
    assert.strictEqual(search.get("query"), query)
    assert.strictEqual(search.get("page"), "2")
    assert.strictEqual(search.get("pageSize"), "2")
  })

  it("survive an odd character in a parameter that is sent back", () => {
    const links = page(watched(3).items, "query=id!%3D\ud800&pageSize=1")._links
    assert.include(links.next.href, "%EF%BF%BD")
  })
})
