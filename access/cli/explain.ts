import { Option, type Command } from "commander";
import pc from "picocolors";
import { explain } from "../analyse.js";
import { InputError } from "../input/inputError.js";
import { message, type Message } from "../messages/index.js";
import type { Analysis, Row } from "../model/model.js";
import { nearest } from "../nearest.js";
import { explanationText } from "../output/explanation.js";
import { listJson } from "../output/json.js";
import { sourcesOf } from "../output/places.js";
import { type InputFlags, readInput, type Stacks, takesInput } from "./input.js";
import { print } from "./print.js";
import { reportInput } from "./reportInput.js";

type Format = "table" | "json" | "html";

/** `explain`: the chain of objects that decides one pair. */
export function registerExplain(program: Command, stacks?: Stacks): void {
  takesInput(program.command("explain"), stacks)
    .description("Show the chain of objects and fields that decides one pair.")
    .argument("<workload>", "NAMESPACE/WORKLOAD")
    .argument("<database>", "host or name of the database, with :PORT where it has several")
    .addOption(new Option("-o, --output <format>", "format").choices(["table", "json", "html"]).default("table"))
    .addHelpText("after", `\nExample:\n  ${program.name()} explain shop/cart orders.example.com:3306 -f manifests/`)
    .action(async (workload: string, database: string, flags: InputFlags & { output: Format }, command: Command) => {
      const { analysis, about, ...input } = await readInput(flags, command, stacks);
      const row = pairOf(analysis, workload, database);
      reportInput({ analysis, about });
      if (flags.output === "json") return print(listJson("rows", [row], about, analysis));
      const found = sourcesOf(analysis.objects);
      if (flags.output === "table")
        return print(explanationText(row, pc, (link) => found(link) ?? input.evidenceSource(link)));
      const { accessPage } = await import("../web/accessPage.js");
      return print(accessPage(about, analysis, {}, row));
    });
}

function pairOf(analysis: Analysis, workload: string, database: string): Row {
  const [namespace = "", name = ""] = workload.split("/");
  const { host = database, port } = /^(?<host>.+):(?<port>\d+)$/.exec(database)?.groups ?? {};
  const pair = { namespace, workload: name, host, port: port === undefined ? undefined : Number(port) };
  const found = explain(analysis, pair);
  if (found) return found.row;
  throw new InputError(unknownNames(workload, database, analysis));
}

function unknownNames(workload: string, database: string, { workloads, targets }: Analysis): Message[] {
  const names = workloads.map((item) => `${item.namespace}/${item.name}`);
  const hosts = targets.flatMap(({ host, port, database: own }) => [
    host,
    `${host}:${port}`,
    ...(own === undefined ? [] : [own, `${own}:${port}`]),
  ]);
  return [
    ...(names.includes(workload) ? [] : [message("workload-not-found", { workload, hint: hint(workload, names) })]),
    ...(hosts.includes(database) ? [] : [message("database-not-found", { database, hint: hint(database, hosts) })]),
  ];
}

const namedInHint = 5;

function hint(wanted: string, known: readonly string[]): Message {
  if (known.length === 0) return message("none-known");
  const name = nearest(wanted, known);
  return name ? message("did-you-mean", { name }) : message("known-names", { names: known.slice(0, namedInHint) });
}
