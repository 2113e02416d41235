import type { ProbeResult } from "../probes/probe.js";
import type { ScenarioReport } from "../scenarios/runScenario.js";
import { closingLine, groupedBy, type LabReport } from "./labReport.js";
import { styleSheet } from "./styleSheet.js";

/** The whole report as one page that needs nothing else. */
export function reportPage(report: LabReport): string {
  const { startedAt, seconds, failed, scenarios, departures } = report;
  const when = startedAt.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lab report: ${closingLine(report)}</title>
<style>${styleSheet}</style>
<header>
  <h1>Lab report</h1>
  <p class="verdict ${failed === 0 ? "passed" : "failed"}">${closingLine(report)}</p>
  <p class="quiet">${when}, ${duration(seconds)}</p>
</header>
<nav>${scenarios.map(tile).join("")}</nav>
<main>
${scenarios.map(section).join("\n")}
${departures.length > 0 ? `<section><h2>Where the lab is not a cloud</h2><ul>${departures.map((line) => `<li>${escaped(line)}`).join("")}</ul></section>` : ""}
</main>
</html>
`;
}

function tile({ name, results, seconds }: ScenarioReport): string {
  const failed = results.filter((result) => !result.passed).length;
  const verdict = failed === 0 ? `${results.length} passed` : `${failed} of ${results.length} failed`;
  return `<a href="#${name}" class="${failed === 0 ? "passed" : "failed"}"><b>${escaped(name)}</b><span>${verdict}</span><i>${duration(seconds)}</i></a>`;
}

function section({ name, title, replaced, results }: ScenarioReport): string {
  const note = replaced.length > 0 ? `<p class="quiet">In the lab: ${replaced.map(escaped).join("; ")}.</p>` : "";
  return `<section id="${name}"><h2>${escaped(name)}</h2><p>${escaped(title)}</p>${note}
${groupedBy(results, ({ step }) => step)
  .map(([step, group]) => stepTable(step, group))
  .join("\n")}</section>`;
}

function stepTable(step: string, results: readonly ProbeResult[]): string {
  const failed = results.filter((result) => !result.passed).length;
  const count = failed === 0 ? `${results.length}` : `${failed} of ${results.length} failed`;
  return `<details ${failed > 0 || results.length < longTable ? "open" : ""}><summary>${escaped(step)} <i class="${failed === 0 ? "passed" : "failed"}">${count}</i></summary>
<div class="scroll"><table><thead><tr><th><th>observation<th>expected<th>seen<th class="time">time</thead>
<tbody>${results.map(row).join("")}</tbody></table></div></details>`;
}

/** A step with more rows than this starts folded. */
const longTable = 40;

function row({ observation, title, expected, seen, passed, seconds, evidence, connection }: ProbeResult): string {
  const path = connection
    ? `${connection.from.namespace}/${connection.from.workload} ${connection.through === "bypass" ? "bypassing its sidecar" : "through its sidecar"} to ${connection.to.host}:${connection.to.port}`
    : "";
  const details = [path, evidence].filter((text): text is string => Boolean(text) && text !== seen);
  return `<tr class="${passed ? "passed" : "failed"}"><td><b>${escaped(observation)}</b>
<td>${escaped(title)}${details.map((text) => `<code>${escaped(text)}</code>`).join("")}
<td>${escaped(expected)}<td>${escaped(seen)}<td class="time">${seconds.toFixed(1)} s`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
