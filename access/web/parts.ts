import { objectName } from "../model/objectName.js";
import { textOf } from "../messages/index.js";
import type { BypassVerdictName, Evidence, MeshVerdictName } from "../model/model.js";
import { escape } from "./document.js";

/** The shapes of verdicts, once per page; everything else refers to them. */
export const shapes = `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<symbol id="s-gateway" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="currentColor"/><path d="M5 8.2l2.1 2.1L11.2 6" fill="none" stroke="var(--surface)" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="s-direct" viewBox="0 0 16 16"><path d="M8 1.8l6.6 11.6a.9.9 0 0 1-.8 1.3H2.2a.9.9 0 0 1-.8-1.3z" fill="currentColor"/><path d="M8 6v4" stroke="var(--surface)" stroke-width="1.7" stroke-linecap="round"/><circle cx="8" cy="12.3" r="1" fill="var(--surface)"/></symbol>
<symbol id="s-blocked" viewBox="0 0 16 16"><rect x="2.2" y="2.2" width="11.6" height="11.6" rx="2.6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M5.2 8h5.6" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></symbol>
<symbol id="s-misrouted" viewBox="0 0 16 16"><path d="M8 .8L15.2 8 8 15.2.8 8z" fill="currentColor"/><path d="M5.7 5.7l4.6 4.6m0-4.6l-4.6 4.6" stroke="var(--surface)" stroke-width="1.7" stroke-linecap="round"/></symbol>
<symbol id="s-unknown" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.4 2"/><path d="M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.2" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/><circle cx="8" cy="11.4" r=".9" fill="currentColor"/></symbol>
<symbol id="s-open" viewBox="0 0 16 16"><path d="M1.8 12.6C3 5.4 10.4 3.6 13.4 8.6" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/><path d="M14.4 4.9l-.6 4.3-4.1-.9" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="s-bare" viewBox="0 0 16 16"><rect x="2" y="3.5" width="12" height="9" rx="2.4" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2.2 2"/><path d="M3 14L13 2" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/></symbol>
</defs></svg>`;

/** A verdict as shape and word. */
export function pill(verdict: MeshVerdictName | BypassVerdictName, text: string = verdict): string {
  return `<span class="pill v-${verdict}"><svg class="shape" aria-hidden="true"><use href="#s-${verdict}"/></svg>${escape(text)}</span>`;
}

/** Evidence as a numbered list. */
export function evidenceList(because: readonly Evidence[]): string {
  const items = because.map(
    (evidence) => `<li><code>${escape(objectName(evidence))}</code><p>${escape(textOf(evidence))}</p></li>`,
  );
  return `<ol class="evidence">${items.join("")}</ol>`;
}
