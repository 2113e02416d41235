import { textOf } from "../messages/index.js";
import type { AssertionResult } from "../model/model.js";
import { chainOf, titleOf, untold } from "../output/checks.js";
import { count } from "../output/words.js";
import { banner, escape, page } from "./document.js";
import { evidenceList, pill, shapes } from "./parts.js";

/** Promises about reach as a page, broken ones first, each with its evidence. */
export function checksPage(subject: string, results: readonly AssertionResult[]): string {
  const broken = results.filter((result) => !result.ok).length;
  const cards = results
    .map((result, index) => ({ result, html: card(result, index) }))
    .sort((a, b) => Number(a.result.ok) - Number(b.result.ok));
  const lead = broken
    ? `${broken} of ${count(results.length, "promise")} broken`
    : `${count(results.length, "promise")} kept`;
  return page(
    `Promises: ${subject}`,
    `${shapes}${banner("Promises about reach", subject)}<main class="narrow"><p class="lead">${lead}</p>${cards.map(({ html }) => html).join("\n")}</main>`,
  );
}

function card(result: AssertionResult, index: number): string {
  const failures = result.failures.map(
    (failure) =>
      `<details open><summary>${escape(textOf(failure))}</summary>${failure.row ? evidenceList(chainOf(failure.row)) : ""}</details>`,
  );
  const more = untold(result).map((text) => `<p class="muted">… and ${text}</p>`);
  const state = result.ok ? pill("gateway", "kept") : pill("misrouted", "broken");
  return `<article class="card"><h2>${state} ${escape(titleOf(result, index))}</h2><p class="muted">${count(result.covered, "pair")}</p>${[...failures, ...more].join("")}</article>`;
}
