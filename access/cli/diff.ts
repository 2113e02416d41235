import { Option, type Command } from "commander";
import pc from "picocolors";
import { diffReach } from "../diff.js";
import type { ReachChange } from "../model/model.js";
import { changesTable, kindOf } from "../output/changes.js";
import { listJson } from "../output/json.js";
import { changesMarkdown } from "../output/markdown.js";
import { csv } from "../output/pairs.js";
import { hops } from "../output/words.js";
import { type InputFlags, readSide, type Stacks, takesInput } from "./input.js";
import { print } from "./print.js";
import { reportInput } from "./reportInput.js";

const formats = ["table", "json", "csv", "md", "html"] as const;

/** `diff`: what changes in reach between two inputs. */
export function registerDiff(program: Command, stacks?: Stacks): void {
  const sides = stacks ? "a stack, a stack file, a file or folder of manifests" : "a file or folder of manifests";
  takesInput(program.command("diff"))
    .description("Show what changes in reach between two inputs.")
    .argument("<before>", `${sides}, or context:NAME for a cluster`)
    .argument("<after>", "the same")
    .addOption(new Option("-o, --output <format>", "format of the report").choices(formats).default("table"))
    .addHelpText(
      "after",
      `\nExamples:\n  ${program.name()} diff main/ branch/\n  ${program.name()} diff context:prod manifests/`,
    )
    .action(
      async (
        before: string,
        after: string,
        flags: InputFlags & { output: (typeof formats)[number] },
        command: Command,
      ) => {
        const earlier = await readSide(before, flags, command, stacks);
        const later = await readSide(after, flags, command, stacks);
        const changes = diffReach(earlier.analysis.rows, later.analysis.rows);
        for (const side of [earlier, later]) reportInput(side);
        const about = { ...later.about, subject: `${earlier.about.subject} → ${later.about.subject}` };
        const analysis = {
          assumptions: [...earlier.analysis.assumptions, ...later.analysis.assumptions],
          problems: [...earlier.analysis.problems, ...later.analysis.problems],
        };
        if (flags.output === "json") return print(listJson("changes", changes, about, analysis));
        if (flags.output === "csv") return print(changesCsv(changes));
        if (flags.output === "md") return print(changesMarkdown(changes, about, analysis));
        if (flags.output === "table") return print(changesTable(changes, pc));
        const { changesPage } = await import("../web/changesPage.js");
        return print(changesPage(about, analysis, changes));
      },
    );
}

function changesCsv(changes: readonly ReachChange[]): Iterable<string> {
  const names = [
    "change",
    "namespace",
    "workload",
    "host",
    "port",
    "before",
    "after",
    "bypassBefore",
    "bypassAfter",
  ] as const;
  const side = (reach: ReachChange["before"]) =>
    reach ? [reach.mesh.verdict, hops(reach.mesh.encryption)].filter(Boolean) : [];
  return csv(
    names,
    changes.map((change) => ({
      change: kindOf(change),
      ...change.from,
      ...change.to,
      before: side(change.before),
      after: side(change.after),
      bypassBefore: change.before?.bypass.verdict,
      bypassAfter: change.after?.bypass.verdict,
    })),
  );
}
