import { CodatPlatform } from "@codat/platform"
import { ErrorMessage } from "@codat/platform/sdk/models/errors/errormessage.js"

const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"

const codat = new CodatPlatform({ authHeader: process.env["CODAT_AUTH_HEADER"] })

try {
  for (let page = 1; ; page++) {
    const connections = await codat.connections.list({ companyId, page })
    for (const connection of connections.results ?? []) {
      if (connection.status === "Linked") console.log(connection.platformName)
    }
    if (connections.links.next === undefined) break
  }
} catch (error) {
  if (error instanceof ErrorMessage && error.statusCode === 404) console.log("no such company")
  else throw error
}
