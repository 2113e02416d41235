import type { Analysis, MeshVerdictName, Row } from "../model/model.js";
import { type About, assumedOf } from "./about.js";
import { SharedAnswers } from "./sharedAnswers.js";
import { isSelected, type Selection } from "./selection.js";
import { hops } from "./words.js";

const colors: Record<MeshVerdictName, string> = {
  gateway: "#157a4c",
  direct: "#a15c07",
  blocked: "#5d626c",
  misrouted: "#c62a2f",
  unknown: "#6a4fc0",
};

/** Names in one node; the rest is counted. */
const namedInNode = 6;

/**
 * The reach as a graph for Graphviz. Workloads with equal answers are one node, and so are databases that nothing tells
 * apart; pairs that are blocked on both paths have no edge.
 */
export function accessDot(analysis: Analysis, about: About, selection: Selection = {}): string {
  const { callers } = new SharedAnswers(analysis, selection);
  const { workloads, targets, rows } = analysis;
  const columns = foldedColumns(callers, targets.length);
  const lines = assumedOf(about, analysis).map((text) => `  // Assumed: ${text}`);
  const drawn = new Set<number>();
  const edges: string[] = [];
  const nodes: string[] = [];
  for (const [number, { workloads: members }] of callers.entries()) {
    const own: string[] = [];
    for (const [column, places] of columns.entries()) {
      const row = rows.at(members[0] ?? -1, places[0] ?? -1);
      if (!row || !isDrawn(row) || !isSelected(selection, row)) continue;
      drawn.add(column);
      own.push(edge(`w${number}`, `t${column}`, row));
    }
    if (own.length === 0) continue;
    const names = members.map((place) => `${workloads[place]?.namespace}/${workloads[place]?.name}`);
    nodes.push(`  w${number} [shape=box, label=${label(names)}];`);
    edges.push(...own);
  }
  for (const column of drawn) {
    const names = (columns[column] ?? []).map((place) => `${targets[place]?.host}:${targets[place]?.port}`);
    nodes.push(`  t${column} [shape=cylinder, label=${label(names)}];`);
  }
  const title = `  label=${JSON.stringify(about.subject)};`;
  return ["digraph access {", "  rankdir=LR;", title, ...lines, ...nodes, ...edges, "}"].join("\n");
}

function isDrawn({ mesh, bypass }: Row): boolean {
  return mesh.verdict !== "blocked" || mesh.exposes !== null || bypass.verdict !== "blocked";
}

function edge(from: string, to: string, { mesh, bypass }: Row): string {
  const text = [mesh.verdict, hops(mesh.encryption), bypass.verdict === "open" ? "bypass open" : ""].filter(Boolean);
  const style = mesh.verdict === "blocked" ? "dashed" : "solid";
  return `  ${from} -> ${to} [label=${label(text)}, color="${colors[mesh.verdict]}", style=${style}];`;
}

/** Targets that every caller gets the same answers from stand together. */
function foldedColumns(callers: SharedAnswers["callers"], targets: number): number[][] {
  const folded = new Map<string, number[]>();
  for (let target = 0; target < targets; target++) {
    const key = callers.map(({ mesh, bypass }) => `${mesh[target]} ${bypass[target]}`).join();
    const places = folded.get(key);
    if (places) places.push(target);
    else folded.set(key, [target]);
  }
  return [...folded.values()];
}

function label(names: readonly string[]): string {
  const more = names.length - namedInNode;
  const shown = [...names.slice(0, namedInNode), ...(more > 0 ? [`and ${more} more`] : [])];
  return `"${shown.map((name) => name.replace(/["\\]/g, "\\$&")).join("\\n")}"`;
}
