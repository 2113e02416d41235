import { objectName } from "../model/objectName.js";
import { textOf } from "../messages/index.js";
import type { About } from "../output/about.js";
import type { Analysis, MtlsAuditRow } from "../model/model.js";
import { aboutLine, banner, escape, page } from "./document.js";
import { pill, shapes } from "./parts.js";

/** Who takes plaintext, as a page. */
export function mtlsPage(about: About, analysis: Pick<Analysis, "assumptions">, rows: readonly MtlsAuditRow[]): string {
  const lines = rows.map(
    ({
      namespace,
      workload,
      port,
      mode,
      plaintext,
      because,
    }) => `<tr><th scope="row"><span class="muted">${escape(namespace)}/</span>${escape(workload)}${port === null ? "" : `:${port}`}</th>
<td>${answer(plaintext)}</td><td><code>${mode}</code></td><td><code>${escape(objectName(because))}</code><br>${escape(textOf(because))}</td></tr>`,
  );
  const open = rows.filter((row) => row.plaintext === true).length;
  return page(
    `Mutual TLS: ${about.subject}`,
    `${shapes}${banner("Who accepts plaintext", about.subject)}<main class="narrow"><p class="lead">${open} of ${rows.length} accept plaintext</p>
<div class="scroll"><table class="list"><thead><tr><th scope="col">Workload</th><th scope="col">Plaintext</th><th scope="col">Mode</th><th scope="col">Decided by</th></tr></thead><tbody>${lines.join("\n")}</tbody></table></div>${aboutLine(about, analysis)}</main>`,
  );
}

function answer(plaintext: MtlsAuditRow["plaintext"]): string {
  if (plaintext === "unknown") return pill("unknown", "not known");
  return plaintext ? pill("direct", "accepted") : pill("gateway", "refused");
}
