#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";

// In a clone the sources run as they stand; the published package brings them compiled.
const source = new URL("../cli/main.ts", import.meta.url);
if (existsSync(source)) (await import("tsx/esm/api")).register();
const { main } = await import(existsSync(source) ? source.href : new URL("../cli/main.js", import.meta.url).href);
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
process.exitCode = await main(process.argv.slice(2), version);
