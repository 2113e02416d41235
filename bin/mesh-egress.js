#!/usr/bin/env node
import { existsSync } from "node:fs";

// In a clone the sources run as they stand; the published package brings them compiled.
const source = new URL("../cli/meshEgress.ts", import.meta.url);
if (existsSync(source)) (await import("tsx/esm/api")).register();
const { main } = await import(
  existsSync(source) ? source.href : new URL("../dist/cli/meshEgress.js", import.meta.url).href
);
process.exitCode = await main(process.argv.slice(2));
