import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { InputError } from "../input/inputError.js";
import { message, textOf } from "../messages/index.js";
import { nearest } from "../nearest.js";
import { assumedOf } from "../output/about.js";
import type { Analysis } from "../model/model.js";
import {
  connectionRows,
  connectionsCsv,
  connectionsDocument,
  connectionsJsonLines,
  connectionsTable,
} from "../output/connections.js";
import { accessDot } from "../output/graph.js";
import { accessJson } from "../output/json.js";
import { accessMarkdown } from "../output/markdown.js";
import { pairsCsv, pairsJsonLines } from "../output/pairs.js";
import { ofNamespaces, type Selectable, selectable, type Selection } from "../output/selection.js";
import { accessTable } from "../output/table.js";
import { type Input, type InputFlags, readInput, repeated, type Stacks, takesInput } from "./input.js";
import { print } from "./print.js";
import { reportInput } from "./reportInput.js";

const formats = ["table", "json", "jsonl", "csv", "md", "dot", "html"] as const;

interface AccessFlags extends InputFlags {
  output: (typeof formats)[number];
  namespace?: string[];
  only?: Selectable[];
  wide?: boolean;
  all?: boolean;
}

/** `access`: the matrix of workloads and databases. */
export function registerAccess(program: Command, stacks?: Stacks): void {
  takesInput(program.command("access"), stacks)
    .description("Show which workload reaches which database, by which path, and whether it can bypass its sidecar.")
    .addOption(new Option("-o, --output <format>", "format of the report").choices(formats).default("table"))
    .option("-n, --namespace <name>", "only clients of this namespace; repeatable", repeated)
    .addOption(
      new Option("--only <verdict>", `only pairs with this verdict (${selectable.join(", ")}); repeatable`)
        .choices(selectable)
        .argParser(selectableOf),
    )
    .option("--all", "every port of TCP, UDP and SCTP as well: between workloads, from and to outside, from new pods")
    .option("--wide", "a line for each pair, with the host in full and what decides it")
    .addHelpText(
      "after",
      `
Examples:
  ${program.name()} access -f manifests/
  ${program.name()} access --context prod --namespace shop --only direct --only open
  ${program.name()} access -f dump.yaml -o html > access.html${stackExample(program, stacks)}
  kubectl get all,ns,se,vs,dr,gw,netpol -A -o yaml | ${program.name()} access -f -`,
    )
    .action(async (flags: AccessFlags, command: Command) => {
      const input = await readInput(flags, command, stacks);
      reportInput(input);
      return print(await accessReport(input, flags));
    });
}

/** The matrix of databases, where the input has any, and all connections below it. */
function tables(analysis: Analysis, matrix: string, namespaces: readonly string[] | undefined): string[] {
  const connections = connectionsTable(analysis, pc, namespaces);
  return analysis.targets.length > 0 ? [matrix, "", connections] : [connections];
}

function stackExample(program: Command, stacks: Stacks | undefined): string {
  return stacks
    ? `\n  ${program.name()} access --config Pulumi.shop.yaml -f dump.yaml  # the stack on the cluster as it is`
    : "";
}

function selectableOf(value: string, before: Selectable[] | undefined): Selectable[] {
  const names = value.split(",");
  const isKnown = (name: string): name is Selectable => (selectable as readonly string[]).includes(name);
  const unknown = names.find((name) => !isKnown(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${unknown} is not a verdict. Write one of ${selectable.join(", ")}.`);
  return [...(before ?? []), ...names.filter(isKnown)];
}

/** A namespace that is misspelled must not look like one from which nothing is reached. */
function requireNamespaces({ workloads }: Input["analysis"], names: readonly string[]): void {
  const known = [...new Set(workloads.map(({ namespace }) => namespace))].sort();
  for (const namespace of names) {
    if (known.includes(namespace)) continue;
    const near = nearest(namespace, known);
    const hint = near
      ? message("did-you-mean", { name: near })
      : known.length > 0
        ? message("known-names", { names: known })
        : message("none-known");
    throw new InputError([message("namespace-not-found", { namespace, hint: textOf(hint) })]);
  }
}

async function accessReport(input: Input, flags: AccessFlags): Promise<string | Iterable<string>> {
  const { about } = input;
  requireNamespaces(input.analysis, flags.namespace ?? []);
  const analysis = ofNamespaces(input.analysis, flags.namespace);
  const selection: Selection = { only: flags.only };
  const { all, namespace } = flags;
  switch (flags.output) {
    case "json":
      return accessJson(analysis, about, selection, all ? connectionsDocument(analysis, namespace) : undefined);
    case "jsonl":
      return all ? connectionsJsonLines(analysis, namespace) : pairsJsonLines(analysis, selection);
    case "csv":
      return all ? connectionsCsv(analysis, namespace) : pairsCsv(analysis, selection);
    case "md":
      return accessMarkdown(analysis, about, selection, all ? connectionRows(analysis, namespace) : undefined);
    case "dot":
      return accessDot(analysis, about, selection);
    case "html":
      return (await import("../web/accessPage.js")).accessPage(
        about,
        analysis,
        selection,
        undefined,
        all ? connectionRows(analysis, namespace) : undefined,
      );
    case "table": {
      const matrix = accessTable(analysis, pc, { width: process.stdout.columns, wide: flags.wide }, selection);
      const assumed = assumedOf(about, analysis).map((text) => `${pc.cyan("Assumed:")} ${text}`);
      const table = all ? tables(analysis, matrix, namespace) : [matrix];
      return [...table, ...(assumed.length > 0 && !process.stdout.isTTY ? ["", ...assumed] : [])].join("\n");
    }
  }
}
