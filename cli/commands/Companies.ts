/** The commands `companies …`: list, show, create, update, replace and delete companies. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Companies } from "effect-codat"
import * as Bulk from "../Bulk.ts"
import * as Credentials from "../Credentials.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"

const id = Argument.String("company").pipe(Argument.withDescription("The company's id"))

const list = Command.make(
  "list",
  {
    query: Flags.query("query", "name~Bakery && created>2024-01-01"),
    tags: Flags.query("tags", "region=uk"),
    orderBy: Flags.orderBy,
    ...Flags.paging
  },
  Effect.fnUntraced(function* ({ limit, orderBy, query, tags, ...paging }) {
    yield* Output.rows(
      Kinds.company,
      Companies.list({
        query: Option.getOrUndefined(query),
        tags: Option.getOrUndefined(tags),
        orderBy: Option.getOrUndefined(orderBy),
        ...Flags.pagingOf({ ...paging, limit })
      }).pipe(Stream.take(Flags.mostOf(limit)), Kinds.each(Kinds.fromCompany))
    )
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("List companies"),
  Command.withExamples([
    { command: "effect-codat companies list --order-by=-created --limit 10", description: "The newest ten" },
    { command: "effect-codat companies list --tags region=uk --fields id,name | jq -r .id" }
  ])
)

const get = Command.make(
  "get",
  { company: id },
  Effect.fnUntraced(function* ({ company }) {
    yield* Output.one(Kinds.company, yield* Kinds.fromCompany(yield* Companies.get({ companyId: company })))
  }, Effect.provide(Credentials.layer))
).pipe(Command.withDescription("Show a company"))

const details = {
  description: Flag.String("description").pipe(
    Flag.withMetavar("text"),
    Flag.withDescription("Any text"),
    Flag.optional
  ),
  tags: Flag.String("tag").pipe(
    Flag.withMetavar("name=value"),
    Flag.withDescription("A tag of your own; can be given several times"),
    Flag.filter(
      (text) => /^[^=]+=./s.test(text),
      () => "a tag written as name=value"
    ),
    Flag.map((text) => {
      const at = text.indexOf("=")
      return [text.slice(0, at), text.slice(at + 1)] as const
    }),
    Flag.atLeast(0),
    Flag.filter(
      (tags) => new Set(tags.map(([name]) => name)).size === tags.length,
      () => "the same name is given twice"
    ),
    Flag.map((tags) => (tags.length === 0 ? Option.none() : Option.some(Object.fromEntries(tags))))
  )
}

const create = Command.make(
  "create",
  {
    name: Argument.String("name").pipe(Argument.withDescription("The company's name")),
    ...details,
    idempotencyKey: Flags.idempotencyKey
  },
  Effect.fnUntraced(function* ({ description, idempotencyKey, name, tags }) {
    const made = yield* Companies.create({
      name,
      description: Option.getOrUndefined(description),
      tags: Option.getOrUndefined(tags),
      idempotencyKey: Option.getOrUndefined(idempotencyKey)
    })
    yield* Output.one(Kinds.company, yield* Kinds.fromCompany(made))
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Create a company"),
  Command.withExamples([{ command: "effect-codat companies create 'Bed & Breakfast Ltd' --tag region=uk" }])
)

const update = Command.make(
  "update",
  {
    company: id,
    name: Flag.String("name").pipe(
      Flag.withMetavar("text"),
      Flag.withDescription("Its new name"),
      Flag.optional
    ),
    ...details,
    idempotencyKey: Flags.idempotencyKey
  },
  Effect.fnUntraced(function* ({ company, description, idempotencyKey, name, tags }) {
    if (Option.isNone(name) && Option.isNone(description) && Option.isNone(tags)) {
      return yield* new Failure.UsageError({
        message: "nothing to change: give --name, --description or --tag"
      })
    }
    const changed = yield* Companies.update({
      companyId: company,
      name: Option.getOrUndefined(name),
      description: Option.getOrUndefined(description),
      tags: Option.getOrUndefined(tags),
      idempotencyKey: Option.getOrUndefined(idempotencyKey)
    })
    yield* Output.one(Kinds.company, yield* Kinds.fromCompany(changed))
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Change the given properties of a company; --tag replaces all of its tags"),
  Command.withShortDescription("Change a company")
)

const replace = Command.make(
  "replace",
  {
    company: id,
    name: Flag.String("name").pipe(Flag.withMetavar("text"), Flag.withDescription("Its name")),
    ...details
  },
  Effect.fnUntraced(function* ({ company, description, name, tags }) {
    const replaced = yield* Companies.replace({
      companyId: company,
      name,
      description: Option.getOrUndefined(description),
      tags: Option.getOrUndefined(tags)
    })
    yield* Output.one(Kinds.company, yield* Kinds.fromCompany(replaced))
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription(
    "Replace a company's name, description and tags: those that are not given are removed. Safe to run again."
  ),
  Command.withShortDescription("Replace a company's details"),
  Command.withExamples([
    { command: "effect-codat companies replace ID --name 'Bank of Dave' --tag region=uk" }
  ])
)

const remove = Command.make(
  "delete",
  {
    companies: Argument.String("company").pipe(
      Argument.withDescription("The companies' ids"),
      Argument.variadic({ min: 1 })
    ),
    concurrency: Flags.concurrency,
    yes: Flags.yes
  },
  Effect.fnUntraced(function* ({ companies, concurrency, yes }) {
    yield* Bulk.run({
      items: [...new Set(companies)],
      verb: "delete",
      noun: "company with its connections and data",
      plural: "companies with their connections and data",
      yes,
      concurrency,
      idOf: (companyId) => companyId,
      each: (companyId) => Companies.delete({ companyId }).pipe(Bulk.deleted(companies))
    })
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription(
    "Delete companies with their connections and data. This cannot be undone. Safe to run again."
  ),
  Command.withShortDescription("Delete companies, which cannot be undone")
)

export const companies = Command.make("companies").pipe(
  Command.withDescription("Companies: your customers, whose data is read"),
  Command.withSubcommands([list, get, create, update, replace, remove])
)
