import { Option, type Command } from "commander";
import { closest } from "fastest-levenshtein";
import pc from "picocolors";
import { analyse, type Analysis, explain } from "mesh-access";
import { explanationText, json } from "mesh-access/output";
import { SettingsError, type Problem } from "../../settings/problem.js";
import { print } from "../print.js";
import { takesStack } from "../stackOption.js";
import { readInput, takesManifests, type Input, type InputOptions, type LoadStack } from "./input.js";
import { placesOf, reportInput } from "./report.js";

type Format = "table" | "json" | "html";

/** `mesh-egress explain`: the chain of objects that decides one pair. */
export function registerExplain(program: Command, loadStack: LoadStack): void {
  takesManifests(takesStack(program.command("explain")))
    .description("the chain of objects and fields that decides one pair")
    .argument("<workload>", "NAMESPACE/WORKLOAD")
    .argument("<database>", "host or name of the database, with :PORT where it has several")
    .addOption(new Option("-o, --output <format>").choices(["table", "json", "html"]).default("table"))
    .action(async (workload: string, database: string, given: InputOptions & { output: Format }) => {
      const input = await readInput(given, loadStack);
      const { row } = explainPair(input, workload, database);
      reportInput(input);
      if (given.output === "json") return print(json(row, 2));
      if (given.output === "table") return print(explanationText(row, pc, placesOf(input.objects)));
      const { accessPage } = await import("mesh-access/web");
      return print(accessPage(input.title, input.objects, analyse(input.objects, input.options), row));
    });
}

function explainPair(input: Input, workload: string, database: string): NonNullable<ReturnType<typeof explain>> {
  const [namespace = "", name = ""] = workload.split("/");
  const { host = database, port } = /^(?<host>.+):(?<port>\d+)$/.exec(database)?.groups ?? {};
  const pair = { namespace, workload: name, host, port: port === undefined ? undefined : Number(port) };
  const found = explain(input.objects, pair, input.options);
  if (found) return found;
  throw new SettingsError(unknownNames(workload, database, host, analyse(input.objects, input.options)));
}

function unknownNames(workload: string, database: string, host: string, { workloads, targets }: Analysis): Problem[] {
  const names = workloads.map((item) => `${item.namespace}/${item.name}`);
  const hosts = targets.flatMap((target) => [
    target.host,
    `${target.host}:${target.port}`,
    target.database ?? target.host,
  ]);
  const nearest = (wanted: string, known: string[]) =>
    known.length ? `Did you mean ${closest(wanted, known)}?` : "The input holds none";
  return [
    ...(names.includes(workload)
      ? []
      : [{ path: workload, reason: "is no workload of the input", instead: nearest(workload, names) }]),
    ...(hosts.includes(database) && hosts.includes(host)
      ? []
      : [{ path: database, reason: "is no database of the input", instead: nearest(database, hosts) }]),
  ];
}
