import { objectName } from "../model/objectName.js";
import { textOf } from "../messages/index.js";
import type { MtlsAuditRow } from "../model/model.js";
import type { Colors } from "./colors.js";
import { count } from "./words.js";

/** Who takes plaintext, and which policy decides it. */
export function mtlsTable(rows: readonly MtlsAuditRow[], colors: Colors): string {
  const names = rows.map((row) => `${row.namespace}/${row.workload}${row.port === null ? "" : `:${row.port}`}`);
  const width = Math.max(10, ...names.map((name) => name.length)) + 2;
  const lines = rows.map(({ mode, plaintext, because }, index) => {
    const answer =
      plaintext === true
        ? colors.yellow("▲ accepts plaintext ")
        : plaintext === false
          ? colors.green("● refuses plaintext ")
          : colors.magenta("? not known         ");
    return `${(names[index] ?? "").padEnd(width)}${answer} ${mode.padEnd(11)} ${colors.dim(`${objectName(because)}: ${textOf(because)}`)}`;
  });
  const open = rows.filter((row) => row.plaintext === true).length;
  return [...lines, "", `${open} of ${count(rows.length, "entry", "entries")} accept plaintext`].join("\n");
}
