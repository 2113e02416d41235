import { Option, type Command } from "commander";
import pc from "picocolors";
import { analyse, checkAssertions } from "mesh-access";
import { checksTable, listJson, sarif } from "mesh-access/output";
import { SettingsError } from "../../settings/problem.js";
import { print } from "../print.js";
import { takesStack } from "../stackOption.js";
import { readAssertions, readInput, takesManifests, type InputOptions, type LoadStack } from "./input.js";
import { placesOf, reportInput, somethingWrong, sourcesOf } from "./report.js";

type Format = "table" | "json" | "html" | "sarif";

/** `mesh-egress check`: promises about reach; a broken one fails the command, with the evidence. */
export function registerCheck(program: Command, loadStack: LoadStack): void {
  takesManifests(takesStack(program.command("check")))
    .description("hold promises about reach; exit code 1 when one is broken")
    .option("--assert <file>", "promises, in addition to those under access.assert of the stack")
    .addOption(new Option("-o, --output <format>").choices(["table", "json", "html", "sarif"]).default("table"))
    .action(async (given: InputOptions & { assert?: string; output: Format }) => {
      const input = await readInput(given, loadStack);
      const assertions = [
        ...input.assertions,
        ...(given.assert === undefined ? [] : await readAssertions(given.assert)),
      ];
      if (assertions.length === 0) throw new SettingsError([nothingToCheck]);
      const { rows, targets } = analyse(input.objects, input.options);
      const results = checkAssertions(assertions, rows, targets);
      reportInput(input);
      if (results.some((result) => !result.ok)) process.exitCode = somethingWrong;
      if (given.output === "json") return print(listJson("results", results));
      if (given.output === "sarif")
        return print(JSON.stringify(sarif(results, input.problems, sourcesOf(input.objects)), null, 2));
      if (given.output === "table") return print(checksTable(results, pc, placesOf(input.objects)));
      const { checksPage } = await import("mesh-access/web");
      return print(checksPage(input.title, results));
    });
}

const nothingToCheck = {
  path: "access.assert",
  reason: "holds no promises, so there is nothing to check",
  instead: "Write some there, or name a file with --assert",
};
