#!/usr/bin/env node
/** The file that starts the command. */
import packageJson from "../package.json" with { type: "json" }
import * as Run from "./Run.ts"
import { root } from "./root.ts"

Run.main(Run.program(root, { args: process.argv.slice(2), version: packageJson.version }))
