import { Option, type Command } from "commander";
import pc from "picocolors";
import { auditMtls } from "mesh-access";
import { listJson, mtlsTable } from "mesh-access/output";
import { print } from "../print.js";
import { takesStack } from "../stackOption.js";
import { readInput, takesManifests, type InputOptions, type LoadStack } from "./input.js";
import { reportInput } from "./report.js";

/** `mesh-egress mtls`: which workloads take plaintext, and which policy decides it. */
export function registerMtls(program: Command, loadStack: LoadStack): void {
  takesManifests(takesStack(program.command("mtls")))
    .description("which workloads accept plaintext, and which policy decides it")
    .addOption(new Option("-o, --output <format>").choices(["table", "json", "html"]).default("table"))
    .action(async (given: InputOptions & { output: "table" | "json" | "html" }) => {
      const input = await readInput(given, loadStack);
      const rows = auditMtls(input.objects, input.options);
      reportInput(input);
      if (given.output === "json") return print(listJson("rows", rows));
      if (given.output === "table") return print(mtlsTable(rows, pc));
      const { mtlsPage } = await import("mesh-access/web");
      return print(mtlsPage(input.title, rows));
    });
}
