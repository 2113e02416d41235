import { describePair } from "../assertions.js";
import type { About } from "../output/about.js";
import type { Analysis, ReachChange } from "../model/model.js";
import { kindOf } from "../output/changes.js";
import { count, hops, remark } from "../output/words.js";
import { aboutLine, banner, escape, page } from "./document.js";
import { evidenceList, pill, shapes } from "./parts.js";

/** Changes that a page shows: beyond it a browser gets slow, and nobody reads them. */
const shownChanges = 500;

const marks = { added: "+", removed: "−", changed: "~" };

/** What changes in reach, as a page: before beside after, the evidence one click away. */
export function changesPage(
  about: About,
  analysis: Pick<Analysis, "assumptions">,
  changes: readonly ReachChange[],
): string {
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
    `Change in reach: ${about.subject}`,
    `${shapes}${banner("Change in reach", about.subject)}<main class="narrow"><p class="lead">${count(changes.length, "change")}</p>${body}${aboutLine(about, analysis)}</main>`,
  );
}

function side(title: string, reach: ReachChange["before"]): string {
  if (!reach) return `<section class="side"><h3>${title}</h3><p class="muted">does not exist</p></section>`;
  const { mesh, bypass } = reach;
  const facts = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  return `<section class="side"><h3>${title}</h3><p>${pill(mesh.verdict)} ${escape(facts)}</p><p>${pill(bypass.verdict, `bypass ${bypass.verdict}`)}</p>
<details><summary>Evidence</summary>${evidenceList([...mesh.because, ...bypass.because])}</details></section>`;
}
