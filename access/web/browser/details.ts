import { hops } from "../../output/words.js";
import { diagram } from "./diagram.js";
import { answerOf, data, element, escaped, targetAt, workloadAt, type Answer } from "./pageAnswers.js";
import type { Line } from "./view.js";

/** Below this width the path is drawn upright. */
const narrowWidth = 560;
/** Names of a folded line; the rest is counted. */
const namedMembers = 20;

/** Shows one pair: its path, what decides it, and which other pairs it stands for. */
export function showDetails(row: Line, column: Line): void {
  const [workload, target] = [row.members[0], column.members[0]];
  const answer = answerOf(workload, target);
  const { mesh, bypass } = answer;
  const [namespace, name] = workloadAt(workload);
  const [host, port] = targetAt(target);
  const root = element("details");
  const pills = [
    pill(mesh.verdict, mesh.verdict),
    pill(bypass.verdict, `sidecar bypass ${bypass.verdict === "unknown" ? "not known" : bypass.verdict}`),
    mesh.exposes ? pill("misrouted", "handshake exposed") : "",
  ];
  root.innerHTML = `<h2>${escaped(`${namespace}/${name}`)} <span class="to">→ ${escaped(`${host}:${port}`)}</span></h2><div class="verdicts">${pills.join("")}</div><div class="diagram">${diagram(workload, target, answer, root.clientWidth < narrowWidth, sentence(workload, target, answer))}</div><p class="sentence">${escaped(sentence(workload, target, answer))}</p>${sameAs(row, column)}<h3>Through the mesh</h3>${evidenceList(mesh.because)}<h3>Sidecar bypass</h3>${evidenceList(bypass.because)}`;
}

/** The pairs that a folded cell stands for. */
function sameAs(row: Line, column: Line): string {
  const workloads = row.members.slice(1).map((place) => `${workloadAt(place)[0]}/${workloadAt(place)[1]}`);
  const targets = column.members.slice(1).map((place) => `${targetAt(place)[0]}:${targetAt(place)[1]}`);
  const list = (title: string, names: readonly string[]) => {
    if (names.length === 0) return "";
    const more = names.length - namedMembers;
    const shown = [...names.slice(0, namedMembers), ...(more > 0 ? [`and ${more.toLocaleString("en")} more`] : [])];
    return `<details class="same"><summary>${title}: ${names.length.toLocaleString("en")} more</summary><p>${escaped(shown.join(", "))}</p></details>`;
  };
  return list("Workloads with the same answers", workloads) + list("Databases with the same answers", targets);
}

function sentence(workload: number, target: number, { mesh, bypass }: Answer): string {
  const [namespace, name] = workloadAt(workload);
  const [host, port, database] = targetAt(target);
  const [who, what] = [`${namespace}/${name}`, `${database || host} on port ${port}`];
  const path = {
    gateway: `${who} reaches ${what} through the gateway: ${hops(mesh.encryption)}. ${mesh.identity ? "The gateway authenticates the client by its certificate." : "The gateway does not authenticate the client."}`,
    direct: `${who} reaches ${what} directly, without a gateway: ${hops(mesh.encryption)}.`,
    blocked: `${who} does not reach ${what} through the mesh.${mesh.exposes ? " It still receives the server's handshake packet and holds a connection." : ""}`,
    misrouted: `${who} connects to ${what} and is routed to another database.`,
    unknown: `The manifests do not tell what the mesh does with ${who} and ${what}.`,
  }[mesh.verdict];
  const below = {
    open: " A process that bypasses its sidecar reaches it.",
    blocked: " A process that bypasses its sidecar does not reach it.",
    unknown: " Whether a process that bypasses its sidecar reaches it is not known.",
  }[bypass.verdict];
  return path + below;
}

function pill(verdict: string, text: string): string {
  return `<span class="pill v-${verdict}"><svg class="shape" aria-hidden="true"><use href="#s-${verdict}"/></svg>${escaped(text)}</span>`;
}

function evidenceList(places: readonly number[]): string {
  if (places.length === 0) return '<p class="muted">No evidence.</p>';
  return `<ol class="evidence">${places.map(evidenceItem).join("")}</ol>`;
}

function evidenceItem(place: number): string {
  const link = data.evidence[place];
  if (!link) return "";
  const full = link.namespace && link.name ? `${link.namespace}/${link.name}` : link.name || link.namespace;
  const name = escaped([link.kind, full].filter(Boolean).join(" "));
  const head =
    link.object >= 0
      ? `<button type="button" class="link" data-evidence="${place}">${name}</button>`
      : `<span class="field">${name}</span>`;
  const field = link.field ? ` <span class="field">${escaped(link.field)}</span>` : "";
  return `<li>${head}${field}<p>${escaped(link.text)}</p></li>`;
}
