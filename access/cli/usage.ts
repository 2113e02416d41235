import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Option, type Command } from "commander";
import pc from "picocolors";
import { InputError } from "../input/inputError.js";
import { message } from "../messages/index.js";
import { placeText } from "../output/places.js";
import { objectJson } from "../output/json.js";
import { usageCsv, usageTable } from "../output/usage.js";
import { parseLine } from "../usage/accessLog.js";
import { linesOf } from "../usage/lines.js";
import { UsageCounter } from "../usage/usage.js";
import { type InputFlags, readInput, repeated, type Stacks, takesInput } from "./input.js";
import { print } from "./print.js";
import { progress } from "./progress.js";
import { reportInput, somethingWrong } from "./reportInput.js";

const formats = ["table", "json", "csv"] as const;

/** `usage`: the gateway's access log beside what is allowed. */
export function registerUsage(program: Command, stacks?: Stacks): void {
  takesInput(program.command("usage"), stacks)
    .description("Show from the egress gateway's access log what was used of what is allowed, and what was refused.")
    .addOption(
      new Option(
        "--log <file>",
        "access log of the gateway, as JSON or text; .gz, or - for the standard input; repeatable",
      )
        .argParser(repeated)
        .makeOptionMandatory(),
    )
    .addOption(new Option("-o, --output <format>", "format of the report").choices(formats).default("table"))
    .addHelpText(
      "after",
      `
Exits with 1 if the log shows a connection that should not be possible.

Example:
  kubectl logs -n istio-egress -l istio=egressgateway -c istio-proxy --tail=-1 | ${program.name()} usage --log - ${stacks ? "--config Pulumi.shop.yaml" : "-f dump.yaml"}`,
    )
    .action(async (flags: InputFlags & { log: string[]; output: (typeof formats)[number] }, command: Command) => {
      const { analysis, about, allowedSource } = await readInput(flags, command, stacks);
      const counter = new UsageCounter(analysis, about.options.mesh?.trustDomain);
      for (const log of flags.log) await count(log, counter);
      const usage = counter.usage();
      reportInput({ analysis, about });
      if (usage.impossible.length > 0) process.exitCode = somethingWrong;
      if (flags.output === "table") return print(usageTable(usage, pc, allowedSource));
      if (flags.output === "csv") return print(usageCsv(usage, allowedSource));
      const neverUsed = usage.neverUsed.map((one) => ({ ...one, allowedAt: placeText(allowedSource(one)) }));
      return print(objectJson({ ...usage, neverUsed }, about, analysis));
    });
}

async function count(log: string, counter: UsageCounter): Promise<void> {
  const total = log === "-" ? undefined : (await stat(log).catch(() => undefined))?.size;
  let read = 0;
  const shown = () => {
    const megabytes = Math.round(read / 2 ** 20).toLocaleString("en");
    const share = total ? ` of ${Math.round(total / 2 ** 20).toLocaleString("en")}` : "";
    progress(`reading ${log}: ${megabytes}${share} MiB`);
  };
  try {
    for await (const line of linesOf(textOf(log), (length) => {
      const before = read;
      read += length;
      if (Math.floor(before / 2 ** 24) !== Math.floor(read / 2 ** 24)) shown();
    }))
      if (line.trim() !== "") counter.add(parseLine(line));
  } catch (error) {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InputError([message("log-not-found", { path: log, reason })]);
  } finally {
    progress(undefined);
  }
}

function textOf(log: string): AsyncIterable<string> {
  const stream: Readable = log === "-" ? process.stdin : createReadStream(log);
  // Errors of either stream reach the reader, who needs no callback.
  const text = log.endsWith(".gz") ? pipeline(stream, createGunzip(), () => undefined) : stream;
  return text.setEncoding("utf8") as AsyncIterable<string>;
}
