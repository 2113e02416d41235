import { describePair } from "../assertions.js";
import type { ReachChange } from "../model/model.js";
import { kindOf } from "../output/changes.js";
import { count, hops, remark } from "../output/words.js";
import { banner, escape, page } from "./document.js";
import { evidenceList, pill, shapes } from "./parts.js";

/** Changes that a page shows: beyond it a browser gets slow, and nobody reads them. */
const shownChanges = 500;

const marks = { added: "+", removed: "−", changed: "~" };

/** What changes in reach, as a page: before beside after, the evidence one click away. */
export function changesPage(before: string, after: string, changes: readonly ReachChange[]): string {
  const rows = changes.slice(0, shownChanges).map(
    (change) => `<article class="card change-${kindOf(change)}">
<h2><span class="change" aria-label="${kindOf(change)}">${marks[kindOf(change)]}</span> ${escape(describePair(change))}</h2>
<div class="sides">${side("Before", change.before)}<span class="arrow" aria-hidden="true">→</span>${side("After", change.after)}</div></article>`,
  );
  const more = changes.length - shownChanges;
  if (more > 0)
    rows.push(`<p class="muted">… and ${count(more, "more change")}: the table and the JSON hold them all.</p>`);
  const body = rows.length ? rows.join("\n") : `<p class="empty">No change in reach.</p>`;
  return page(
    `Change in reach: ${before} to ${after}`,
    `${shapes}${banner("Change in reach", `${before} → ${after}`)}<main class="narrow"><p class="lead">${count(changes.length, "change")}</p>${body}</main>`,
  );
}

function side(title: string, reach: ReachChange["before"]): string {
  if (!reach) return `<section class="side"><h3>${title}</h3><p class="muted">not there</p></section>`;
  const { mesh, around } = reach;
  const facts = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  return `<section class="side"><h3>${title}</h3><p>${pill(mesh.verdict)} ${escape(facts)}</p><p>${pill(around.verdict, `${around.verdict} around`)}</p>
<details><summary>Evidence</summary>${evidenceList([...mesh.because, ...around.because])}</details></section>`;
}
