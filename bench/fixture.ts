/**
 * What the servers of the bench answer.
 */

/** A version 4 UUID's shape, told apart by a number. */
export const uuid = (n: number): string => `8a210b68-6988-11ed-a1eb-${n.toString(16).padStart(12, "0")}`

export const companyId = uuid(0)

export const authHeader = "Basic c2FuZGJveC1hcGkta2V5"

/** A connection as in the example of Codat's specification: two dates, no errors. */
export const connection = (n: number) => ({
  id: uuid(n),
  integrationId: uuid(n + 1000),
  integrationKey: "gbol",
  sourceId: uuid(n + 2000),
  sourceType: n % 3 === 0 ? "Banking" : "Accounting",
  platformName: `Platform ${n}`,
  linkUrl: `https://link-api.codat.io/companies/${companyId}/connections/${uuid(n)}/start`,
  status: n % 4 === 0 ? "PendingAuth" : "Linked",
  lastSync: `2022-10-27T10:22:${String(n % 60).padStart(2, "0")}.6464237Z`,
  created: `2022-10-27T09:53:${String(n % 60).padStart(2, "0")}Z`
})

/** A company as in the example of Codat's specification, with two connections. */
export const company = (n: number) => ({
  id: uuid(n),
  name: `Company ${n}`,
  description: "Technology services",
  redirect: `https://link.codat.io/company/${uuid(n)}`,
  lastSync: `2022-10-27T10:22:${String(n % 60).padStart(2, "0")}.6464237Z`,
  created: `2022-10-27T09:53:${String(n % 60).padStart(2, "0")}Z`,
  createdByUserName: "Joe Bloggs",
  products: ["lending"],
  tags: { region: "uk", segment: `${n % 7}` },
  referenceParentCompany: { id: uuid(n + 5000), name: "Parent" },
  dataConnections: [connection(n), connection(n + 1)]
})

/** An integration whose data types each have two features. */
export const integration = (n: number) => ({
  key: "gbol",
  logoUrl: `https://static.codat.io/logos/${n}.png`,
  name: `Platform ${n}`,
  enabled: n % 2 === 0,
  sourceId: uuid(n + 2000),
  integrationId: uuid(n + 1000),
  sourceType: "Accounting",
  isBeta: false,
  isOfflineConnector: false,
  dataProvidedBy: "Codat",
  datatypeFeatures: ["accounts", "bills", "customers", "invoices"].map((datatype) => ({
    datatype,
    supportedFeatures: [
      { featureType: "Get", featureState: "Release" },
      { featureType: "Post", featureState: "Beta" }
    ]
  }))
})

/** Stands for the number of the page in the ids of its rows. */
const pageMark = "########"

/** A read of one data type, one in ten of which failed. */
export const pullOperation = (n: number) => ({
  id: uuid(n),
  companyId,
  connectionId: uuid(n + 1000),
  dataType: n % 2 === 0 ? "invoices" : "bills",
  status: n % 10 === 0 ? "FetchError" : "Complete",
  statusDescription: null,
  errorMessage: n % 10 === 0 ? "The platform is away." : null,
  requested: `2022-10-27T09:53:${String(n % 60).padStart(2, "0")}Z`,
  completed: `2022-10-27T10:22:${String(n % 60).padStart(2, "0")}.6464237Z`,
  progress: 100,
  isCompleted: n % 10 !== 0,
  isErrored: n % 10 === 0
})

/** The results of a page, as JSON: the same for all pages but for their ids, so that the server has little to do. */
export const results = (size: number, extras: (n: number) => object = () => ({})): string =>
  JSON.stringify(
    Array.from({ length: size }, (_, n) => ({
      ...connection(n),
      id: `${pageMark}-6988-11ed-a1eb-${n.toString(16).padStart(12, "0")}`,
      ...extras(n)
    }))
  )

const link = (page: number, size: number) => ({
  href: `/companies/${companyId}/connections?page=${page}&pageSize=${size}`
})

/** One of `pages` pages of `size` connections, as JSON. */
export const page = (rows: string, number: number, pages: number, size: number): string => {
  const ownRows = rows.replaceAll(pageMark, number.toString(16).padStart(8, "0"))
  const frame = JSON.stringify({
    pageNumber: number,
    pageSize: size,
    totalResults: pages * size,
    _links: {
      self: { href: `/companies/${companyId}/connections` },
      current: link(number, size),
      ...(number > 1 ? { previous: link(number - 1, size) } : {}),
      ...(number < pages ? { next: link(number + 1, size) } : {})
    }
  })
  return `{"results":${ownRows},${frame.slice(1)}`
}
