import { objectName } from "../model/objectName.js";
import { Option, type Command } from "commander";
import pc from "picocolors";
import { textOf } from "../messages/index.js";
import type { MtlsAuditRow } from "../model/model.js";
import { listJson } from "../output/json.js";
import { mtlsMarkdown } from "../output/markdown.js";
import { mtlsTable } from "../output/mtlsAudit.js";
import { csv } from "../output/pairs.js";
import { type InputFlags, readInput, repeated, type Stacks, takesInput } from "./input.js";
import { print } from "./print.js";
import { reportInput } from "./reportInput.js";

const formats = ["table", "json", "csv", "md", "html"] as const;

/** `mtls`: which workloads accept plaintext, and which policy decides it. */
export function registerMtls(program: Command, stacks?: Stacks): void {
  takesInput(program.command("mtls"), stacks)
    .description("Show which workloads accept plaintext, and which policy decides it.")
    .addOption(new Option("-o, --output <format>", "format of the report").choices(formats).default("table"))
    .option("-n, --namespace <name>", "only workloads of this namespace; repeatable", repeated)
    .addHelpText("after", `\nExample:\n  ${program.name()} mtls --context prod --namespace shop`)
    .action(
      async (flags: InputFlags & { output: (typeof formats)[number]; namespace?: string[] }, command: Command) => {
        const { analysis, about } = await readInput(flags, command, stacks);
        const rows = analysis.mtls.filter(({ namespace }) => flags.namespace?.includes(namespace) ?? true);
        reportInput({ analysis, about });
        if (flags.output === "json") return print(listJson("rows", rows, about, analysis));
        if (flags.output === "csv") return print(mtlsCsv(rows));
        if (flags.output === "md") return print(mtlsMarkdown(rows, about, analysis));
        if (flags.output === "table") return print(mtlsTable(rows, pc));
        const { mtlsPage } = await import("../web/mtlsPage.js");
        return print(mtlsPage(about, analysis, rows));
      },
    );
}

function mtlsCsv(rows: readonly MtlsAuditRow[]): Iterable<string> {
  const names = ["namespace", "workload", "port", "mode", "plaintext", "decidedBy", "reason"] as const;
  return csv(
    names,
    rows.map((row) => ({ ...row, decidedBy: objectName(row.because), reason: textOf(row.because) })),
  );
}
