import type { createColors } from "picocolors";
import type { Analysis, AroundVerdictName, Finding, MeshVerdictName, Row } from "../model.js";
import { aroundSymbols, count, gravity, hops, isBypassable, meshSymbols, objectName, remark } from "./words.js";

export type Colors = ReturnType<typeof createColors>;

/** Lines of the matrix a terminal is given; a page or JSON holds them all. */
const shownLines = 400;
const shownFindings = 8;
const widthOfHosts = 42;

const meshColor: Record<MeshVerdictName, keyof Colors> = {
  gateway: "green",
  direct: "yellow",
  blocked: "dim",
  misrouted: "red",
  unknown: "magenta",
};

interface Group {
  row: Row;
  /** Databases of one workload with one and the same answer. */
  targets: string[];
}

/** The matrix as a terminal shows it: by workload, equal answers in one line, what is worth a look below. */
export function accessTable(analysis: Pick<Analysis, "rows" | "findings" | "summary">, colors: Colors): string {
  const lines: string[] = [];
  let hidden = 0;
  for (const [title, groups] of byWorkload(analysis.rows)) {
    if (lines.length > shownLines) {
      hidden++;
      continue;
    }
    lines.push("", title(colors), ...groups.map((group) => groupLine(group, colors)));
  }
  if (hidden > 0)
    lines.push("", colors.dim(`… ${count(hidden, "more workload")}: write a page with -o html, or JSON with -o json.`));
  return [...lines, "", ...footer(analysis, colors)].join("\n").trimStart();
}

type Title = (colors: Colors) => string;

function* byWorkload(rows: Iterable<Row>): Generator<[Title, Group[]]> {
  let groups: Map<string, Group> | undefined;
  let current: Row["from"] | undefined;
  for (const row of rows) {
    if (!current || !groups || row.from.workload !== current.workload || row.from.namespace !== current.namespace) {
      if (current && groups) yield [titleOf(current), [...groups.values()]];
      current = row.from;
      groups = new Map();
    }
    const key = answerOf(row);
    const group = groups.get(key);
    if (group) group.targets.push(`${row.to.host}:${row.to.port}`);
    else groups.set(key, { row, targets: [`${row.to.host}:${row.to.port}`] });
  }
  if (current && groups) yield [titleOf(current), [...groups.values()]];
}

function titleOf({ namespace, workload, serviceAccount }: Row["from"]): Title {
  return (colors) => `${colors.bold(`${namespace}/${workload}`)} ${colors.dim(`as ${serviceAccount}`)}`;
}

function answerOf({ mesh, around }: Row): string {
  return [mesh.verdict, mesh.encryption.join(), mesh.identity, mesh.exposes, around.verdict].join(" ");
}

function groupLine({ row, targets }: Group, colors: Colors): string {
  const { mesh, around } = row;
  const [first = ""] = targets;
  const more = targets.length === 1 ? "" : ` and ${targets.length - 1} more`;
  const verdict = paint(`${meshSymbols[mesh.verdict]} ${mesh.verdict}`.padEnd(12), meshColor[mesh.verdict], colors);
  const path = hops(mesh.encryption).padEnd(26);
  const note = remark(mesh).padEnd(17);
  return `  ${verdict}${`${shortened(first, widthOfHosts - more.length)}${more}`.padEnd(widthOfHosts)} ${colors.dim(path)} ${mesh.exposes ? colors.red(note) : colors.dim(note)} ${aroundCell(row, around.verdict, colors)}`;
}

function aroundCell(row: Row, verdict: AroundVerdictName, colors: Colors): string {
  const text = `${aroundSymbols[verdict]} ${verdict} around`;
  if (verdict === "blocked") return colors.dim(text);
  if (verdict === "unknown") return colors.magenta(text);
  return isBypassable(row) ? colors.red(text) : colors.yellow(text);
}

function shortened(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function paint(text: string, color: keyof Colors, colors: Colors): string {
  const painter = colors[color];
  return typeof painter === "function" ? painter(text) : text;
}

function footer(
  { summary, findings, rows }: Pick<Analysis, "rows" | "findings" | "summary">,
  colors: Colors,
): string[] {
  const mesh = Object.entries(summary.mesh).flatMap(([name, number]) =>
    number
      ? [
          paint(
            `${meshSymbols[name as MeshVerdictName]} ${number.toLocaleString("en")} ${name}`,
            meshColor[name as MeshVerdictName],
            colors,
          ),
        ]
      : [],
  );
  const around = Object.entries(summary.around).flatMap(([name, number]) =>
    number ? [`${aroundSymbols[name as AroundVerdictName]} ${number.toLocaleString("en")} ${name}`] : [],
  );
  return [
    `${colors.bold(count(summary.workloads, "workload"))} x ${colors.bold(count(summary.targets, "target"))}`,
    `  by the mesh   ${mesh.join("   ")}`,
    `  way round     ${around.join("   ")}`,
    ...worst(findings, rows, colors),
  ];
}

/** Findings of the whole first, then the gravest pairs, each kind once. */
function worst(findings: readonly Finding[], rows: Iterable<Row>, colors: Colors): string[] {
  const graves = graveRows(rows);
  const texts = [...findings.map((finding) => finding.text), ...graves].slice(0, shownFindings);
  if (texts.length === 0) return [];
  const more = findings.length + graves.length - texts.length;
  return [
    "",
    colors.bold("Look at"),
    ...texts.map((text) => `  ${colors.red("!")} ${text}`),
    ...(more > 0 ? [colors.dim(`  … and ${more} more`)] : []),
  ];
}

const graveWords: Record<number, string> = {
  5: "ends at another database",
  4: "is refused, yet sees the server's greeting and holds a connection",
  3: "gets round its sidecar: nothing underneath stops it",
};

function graveRows(rows: Iterable<Row>): string[] {
  const kinds = new Map<string, { weight: number; first: Row; more: number }>();
  for (const row of rows) {
    const weight = gravity(row);
    if (!graveWords[weight]) continue;
    const reason = weight === 3 ? row.around.because : row.mesh.because;
    const key = `${weight} ${reason.map((evidence) => objectName(evidence)).join()}`;
    const known = kinds.get(key);
    if (known) known.more++;
    else kinds.set(key, { weight, first: row, more: 0 });
  }
  return [...kinds.values()]
    .sort((a, b) => b.weight - a.weight || b.more - a.more)
    .map(({ weight, first, more }) => {
      const { from, to } = first;
      const others = more ? ` (and ${count(more, "pair")} like it)` : "";
      return `${from.namespace}/${from.workload} -> ${to.host}:${to.port} ${graveWords[weight]}${others}`;
    });
}
