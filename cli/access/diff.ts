import { Option, type Command } from "commander";
import pc from "picocolors";
import { analyse, diffReach } from "mesh-access";
import { changesTable, listJson } from "mesh-access/output";
import { print } from "../print.js";
import { readSide, takesManifests, type InputOptions, type LoadStack } from "./input.js";
import { reportInput } from "./report.js";

type Format = "table" | "json" | "html";

/** `mesh-egress diff`: what changes in reach between two inputs. */
export function registerDiff(program: Command, loadStack: LoadStack): void {
  takesManifests(program.command("diff"))
    .description("what changes in reach, and only that")
    .argument("<before>", "a stack, a stack file, or a file or folder of manifests")
    .argument("<after>", "the same")
    .addOption(new Option("-o, --output <format>").choices(["table", "json", "html"]).default("table"))
    .action(async (before: string, after: string, given: InputOptions & { output: Format }) => {
      const sides = [await readSide(before, given, loadStack), await readSide(after, given, loadStack)] as const;
      const [earlier, later] = sides.map((side) => analyse(side.objects, side.options).rows);
      const changes = diffReach(earlier ?? [], later ?? []);
      for (const side of sides) reportInput(side);
      if (given.output === "json") return print(listJson("changes", changes));
      if (given.output === "table") return print(changesTable(changes, pc));
      const { changesPage } = await import("mesh-access/web");
      return print(changesPage(sides[0].title, sides[1].title, changes));
    });
}
