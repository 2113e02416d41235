import { Option, type Command } from "commander";
import pc from "picocolors";
import { analyse } from "mesh-access";
import { accessJson, accessTable } from "mesh-access/output";
import { print } from "../print.js";
import { takesStack } from "../stackOption.js";
import { readInput, takesManifests, type InputOptions, type LoadStack } from "./input.js";
import { reportInput } from "./report.js";

/** `mesh-egress access`: the matrix of workloads and databases. */
export function registerAccess(program: Command, loadStack: LoadStack): void {
  takesManifests(takesStack(program.command("access")))
    .description("who can reach which database, by which path, and who could get round")
    .addOption(new Option("-o, --output <format>").choices(["table", "json", "html"]).default("table"))
    .action(async (given: InputOptions & { output: "table" | "json" | "html" }) => {
      const input = await readInput(given, loadStack);
      const analysis = analyse(input.objects, input.options);
      reportInput({ ...input, problems: [...input.problems, ...analysis.problems] });
      if (given.output === "json") return print(accessJson(analysis));
      if (given.output === "table") return print(accessTable(analysis, pc));
      const { accessPage } = await import("mesh-access/web");
      return print(accessPage(input.title, input.objects, analysis));
    });
}
