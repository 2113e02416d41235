import { data, element, escaped } from "./pageAnswers.js";

let opener: Element | null = null;

/** Opens the manifest behind a link of evidence, with the lines of its field marked. */
export function openManifest(place: number): void {
  const link = data.evidence[place];
  const object = link && data.objects[link.object];
  if (!link || !object) return;
  opener = document.activeElement;
  const [first, last] = link.lines ?? [0, -1];
  const lines = object.yaml
    ? object.yaml
        .replace(/\n$/, "")
        .split("\n")
        .map((line, index) => lineHtml(line, index + 1 >= first && index + 1 <= last))
    : ["<span>The page would grow too large with this text: open the file.</span>"];
  const panel = element("manifest");
  panel.innerHTML = `<header><div><h2 id="manifest-title">${escaped(object.title)}</h2><p class="place">${escaped(object.place)}${link.field ? ` · ${escaped(link.field)}` : ""}</p></div><button type="button" class="close">Close</button></header><p class="why">${escaped(link.text)}</p><pre tabindex="0" aria-label="Manifest">${lines.join("")}</pre>`;
  panel.hidden = false;
  panel.querySelector(".hit")?.scrollIntoView({ block: "center" });
  panel.querySelector<HTMLElement>(".close")?.focus();
}

function lineHtml(line: string, isHit: boolean): string {
  const [, indent = "", key, rest = ""] = /^(\s*(?:- )*)([^\s:#'"][^:]*:)(.*)$/.exec(line) ?? [];
  const text = key === undefined ? escaped(line) || " " : `${escaped(indent)}<i>${escaped(key)}</i>${escaped(rest)}`;
  return `<span${isHit ? ' class="hit"' : ""}>${text}</span>`;
}

/** Closes the manifest and gives the focus back. Says whether one was open. */
export function closeManifest(): boolean {
  const panel = element("manifest");
  if (panel.hidden) return false;
  panel.hidden = true;
  const back = opener instanceof HTMLElement && opener.isConnected ? opener : element("matrix");
  back.focus();
  return true;
}
