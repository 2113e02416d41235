import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { type KubernetesObject, meshOptionsOf, nameOf, type ReachChange } from "mesh-access";
import { type InputFlags, print, readInput, reportInput, takesInput } from "mesh-access/cli";
import { changesTable } from "mesh-access/output";
import pc from "picocolors";
import { type Note, noteText } from "../plan/adopt/note.js";
import { SettingsError } from "../settings/problem.js";
import { stackFileText } from "./stackFileText.js";

/** `adopt`: a stack file from what leads to databases in a cluster today. */
export function registerAdopt(program: Command): void {
  takesInput(program.command("adopt"))
    .description("Turn what leads to databases in a cluster today into a stack file, and show what it would change.")
    .option("--out <file>", "stack file to write, or - for the standard output", "Pulumi.adopted.yaml")
    .option("--force", "write over a file that exists")
    .addHelpText(
      "after",
      `
Who reaches which database stays as it is; what gets past a gateway is left out. Nothing is applied.

Examples:
  ${program.name()} adopt --context prod --out Pulumi.shop.yaml
  ${program.name()} adopt -f dump/ --out -`,
    )
    .action(adoptCommand);
}

async function adoptCommand(flags: InputFlags & { out: string; force?: boolean }, command: Command): Promise<void> {
  const toOutput = flags.out === "-";
  if (!toOutput && !flags.force && existsSync(flags.out))
    throw new SettingsError([
      { path: "--out", value: flags.out, reason: "exists already", instead: "Name another file, or add --force" },
    ]);
  const { analysis, about } = await readInput(flags, command);
  reportInput({ analysis, about });
  const mesh = meshOptionsOf(analysis.objects, about.options.mesh) ?? about.options.mesh ?? {};
  // Modes and components, and with them the Pulumi SDK: other commands start without them.
  const [{ adopt }, { effectOf }] = await Promise.all([
    import("../plan/adopt/adopt.js"),
    import("../plan/adopt/after.js"),
  ]);
  const adopted = adopt(analysis, mesh, flags.context);
  const { changes, notes } = effectOf(adopted, analysis, about.options);
  if (!changes) process.exitCode = 1;
  const file = stackFileText(
    [`Taken from ${about.subject}: who reaches which database stays as it is.`],
    adopted.config,
  );
  const report = reportOf(changes, [...adopted.notes, ...notes], adopted.replaced);
  if (toOutput) {
    process.stderr.write(`${report}\n`);
    return print(file);
  }
  writeFileSync(flags.out, file);
  return print(`${pc.bold(flags.out)} written.\n\n${report}`);
}

function reportOf(
  changes: readonly ReachChange[] | undefined,
  notes: readonly Note[],
  replaced: readonly KubernetesObject[],
): string {
  return [
    pc.bold("What changes in reach"),
    changes ? changesTable(changes, pc) : "Not known: the stack file needs corrections first.",
    ...section("Not carried over", notes.map(noteText)),
    ...section("To remove once the stack is applied: the older of two objects for one host wins", replaced.map(nameOf)),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", pc.bold(title), ...lines.map((line) => `  ${line}`)];
}
