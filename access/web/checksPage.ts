import { textOf } from "../messages/index.js";
import type { Analysis, AssertionFailure, AssertionResult } from "../model/model.js";
import type { About } from "../output/about.js";
import { chainOf, coverage, pairsText, titleOf } from "../output/checks.js";
import { count } from "../output/words.js";
import { aboutLine, banner, escape, page } from "./document.js";
import { evidenceList, pill, shapes } from "./parts.js";

/** Assertions as a page, failed ones first, an entry for each cause. */
export function checksPage(
  about: About,
  analysis: Pick<Analysis, "assumptions">,
  results: readonly AssertionResult[],
): string {
  const failed = results.filter((result) => !result.ok).length;
  const cards = results
    .map((result, index) => ({ result, html: card(result, index) }))
    .sort((a, b) => Number(a.result.ok) - Number(b.result.ok));
  const lead = failed
    ? `${failed} of ${count(results.length, "assertion")} failed`
    : `${count(results.length, "assertion")} passed`;
  return page(
    `Access assertions: ${about.subject}`,
    `${shapes}${banner("Access assertions", about.subject)}<main class="narrow"><p class="lead">${lead}</p>${cards.map(({ html }) => html).join("\n")}${aboutLine(about, analysis)}</main>`,
  );
}

function card(result: AssertionResult, index: number): string {
  const state = result.ok ? pill("gateway", "passed") : pill("misrouted", "failed");
  return `<article class="card"><h2>${state} ${escape(titleOf(result, index))}</h2><p class="muted">${coverage(result)}</p>${result.failures.map(failureEntry).join("")}</article>`;
}

function failureEntry(failure: AssertionFailure): string {
  const { cause, examples } = failure;
  const [first] = examples;
  const because = cause ? evidenceList([cause]) : "";
  const pairs = failure.pairs > 0 ? `<p class="muted">${escape(pairsText(failure))}</p>` : "";
  const chain = first
    ? `<details><summary>Evidence of the first pair</summary>${evidenceList(chainOf(first))}</details>`
    : "";
  return `<section><p><b>${escape(textOf(failure))}</b></p>${because}${pairs}${chain}</section>`;
}
