import { adviceOf } from "../messages/index.js";
import { findingText, inOrderOfHarm } from "../output/findingLines.js";
import type { About } from "../output/about.js";
import type { Selection } from "../output/selection.js";
import type { Analysis, Row } from "../model/model.js";
import { count } from "../output/words.js";
import { aboutLine, banner, embedded, escape, page } from "./document.js";
import { pageData } from "./pageData.js";
import { shapes } from "./parts.js";
import { pageScript } from "./script.js";

const meshFilters = ["gateway", "direct", "blocked", "misrouted", "unknown"] as const;

/** The matrix as one self-contained page, with the path of the selected cell and the manifests that decide it. */
export function accessPage(
  about: About,
  analysis: Analysis,
  selection: Selection = {},
  selected?: Pick<Row, "from" | "to">,
  connections?: readonly string[][],
): string {
  const { subject } = about;
  const data = pageData(analysis, selection, selected);
  const { summary } = analysis;
  const facts = `<p class="subject facts">${count(summary.workloads, "workload")} × ${count(summary.targets, "database")}</p>`;
  const body = `${shapes}
${banner("Who reaches which database", subject, facts)}
<div class="tools" role="search">
<label class="search"><span class="sr">Search workloads and databases</span><input id="search" type="search" placeholder="Search" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></label>
<label class="field"><span class="sr">Namespace</span><select id="namespace"><option value="">All namespaces</option>${namespaceOptions(analysis)}</select></label>
<div class="chips" role="group" aria-label="Show only">${meshFilters.map((verdict) => chip(verdict, verdict, summary.mesh[verdict])).join("")}${chip("open", "sidecar bypass open", summary.bypass.open)}</div>
<label class="switch"><input id="problems" type="checkbox"><span>Only problems</span></label>
<label class="switch"><input id="fold" type="checkbox"><span>Fold equal lines</span></label>
</div>
${findingsList(analysis)}
${connections ? connectionsList(connections) : ""}
<main class="workspace">
<section class="matrix-pane" aria-label="Matrix"><div id="matrix" class="matrix" role="grid" tabindex="0" aria-label="Workloads by databases"></div><p id="status" class="status" role="status"></p></section>
<section id="details" class="details" aria-label="Selected pair" tabindex="-1"></section>
</main>
<aside id="manifest" class="manifest" role="dialog" aria-modal="false" aria-labelledby="manifest-title" hidden></aside>
${aboutLine(about, analysis)}
${embedded("data", data)}`;
  return page(`Access: ${subject}`, body, pageScript());
}

function namespaceOptions({ workloads }: Analysis): string {
  const names = [...new Set(workloads.map(({ namespace }) => namespace))].sort();
  return names.map((name) => `<option>${escape(name)}</option>`).join("");
}

function chip(verdict: string, text: string, number: number): string {
  const state = number ? "" : " disabled";
  return `<button type="button" class="chip v-${verdict}" data-filter="${verdict}" aria-pressed="false"${state}><svg class="shape" aria-hidden="true"><use href="#s-${verdict}"/></svg><b>${number.toLocaleString("en")}</b> ${text}</button>`;
}

function connectionsList(rows: readonly string[][]): string {
  const lines = rows.map(
    ([from = "", to = "", ports = ""]) => `<li>${escape(from)} → ${escape(to)} <b>${escape(ports)}</b></li>`,
  );
  return `<details class="findings"><summary>Connections on every port</summary><ul>${lines.join("")}</ul></details>`;
}

function findingsList({ findings }: Analysis): string {
  if (findings.length === 0) return "";
  const items = inOrderOfHarm(findings).map((finding) => {
    const { severity, settings, manifests } = adviceOf(finding);
    const index = findings.indexOf(finding);
    return `<li class="severity-${severity}"><button type="button" data-finding="${index}"><b>${severity}</b> ${escape(findingText(finding))}</button><p>Fix: ${escape(settings)} In manifests: ${escape(manifests)}</p></li>`;
  });
  const open = findings.length <= 3 ? " open" : "";
  return `<details class="findings"${open}><summary>${count(findings.length, "finding")}</summary><ul>${items.join("")}</ul></details>`;
}
