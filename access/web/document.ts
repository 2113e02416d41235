import type { Analysis } from "../model/model.js";
import { type About, assumedOf, optionsText } from "../output/about.js";
import { style } from "./style.js";

/** Text as it may stand in HTML, in an attribute too. */
export function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** One self-contained page: it fetches nothing, and its policy forbids it to. */
export function page(title: string, body: string, script = ""): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
${script && `<script>${script}</script>`}
</body>
</html>`;
}

/** The head of every page: what it is about, and of what. */
export function banner(heading: string, subject: string, more = ""): string {
  return `<header class="banner"><div class="brand"><span class="mark" aria-hidden="true"></span><h1>${escape(heading)}</h1></div>
<p class="subject">${escape(subject)}</p>${more}</header>`;
}

/** Of what, when, by what and with which options a page was made, and what its answers assume. */
export function aboutLine(about: About, analysis: Pick<Analysis, "assumptions">): string {
  const { tool, made, options } = about;
  const assumed = assumedOf(about, analysis).map((text) => `<li>Assumed: ${escape(text)}</li>`);
  const time = made.toISOString().replace(/\.\d+Z$/, "Z");
  return `<footer class="about">${assumed.length > 0 ? `<ul>${assumed.join("")}</ul>` : ""}<p>${escape(`${tool.name} ${tool.version}`)} · <time datetime="${time}">${time.replace("T", " ").replace("Z", " UTC")}</time> · options: ${escape(optionsText(options))}</p></footer>`;
}

/** Data for a script, in a form that no text in it can end early. */
export function embedded(id: string, data: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(data).replace(/</g, "\\u003c")}</script>`;
}
