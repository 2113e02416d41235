import { textOf } from "../messages/index.js";
import type { createColors } from "picocolors";
import type { Analysis, AroundVerdictName, Finding, MeshVerdictName, Row } from "../model/model.js";
import { aroundSymbols, count, gravity, hops, isBypassable, meshSymbols, objectName, remark } from "./words.js";

export type Colors = ReturnType<typeof createColors>;

/** Lines of the matrix a terminal is given; a page or JSON holds them all. */
const shownLines = 400;
const shownFindings = 8;
const widthOfHosts = 42;

/** The weight of `gravity` for pairs that are open underneath. */
const bypassed = 3;

/** What each weight of `gravity` that deserves a line means. */
const graveWords: Record<number, string> = {
  5: "ends at another database",
  4: "is refused, yet sees the server's greeting and holds a connection",
  [bypassed]: "gets round its sidecar: nothing underneath stops it",
};

const meshColor: Record<MeshVerdictName, keyof Colors> = {
  gateway: "green",
  direct: "yellow",
  blocked: "dim",
  misrouted: "red",
  unknown: "magenta",
};

/** How a row reads, the same object for all that read alike. */
interface Answer {
  key: string;
  /** The kind of trouble it is one of, if any. */
  grave?: Grave;
}

/** Pairs in the same trouble for the same reason. */
interface Grave {
  weight: number;
  first: Row;
  pairs: number;
}

/** Databases of one workload with one and the same answer. */
interface Group {
  row: Row;
  first: string;
  databases: number;
}

/** The matrix as a terminal shows it: by workload, equal answers in one line, what is worth a look below. */
export function accessTable(analysis: Pick<Analysis, "rows" | "findings" | "summary">, colors: Colors): string {
  const answers = new Answers();
  const blocks: { from: Row["from"]; groups: Map<string, Group> }[] = [];
  let lines = 0;
  let workloads = 0;
  let current: Row["from"] | undefined;
  for (const row of analysis.rows) {
    const { from } = row;
    const { key, grave } = answers.of(row);
    if (grave) grave.pairs++;
    if (from !== current) {
      current = from;
      workloads++;
      if (lines < shownLines) blocks.push({ from, groups: new Map() });
    }
    if (blocks.length < workloads) continue;
    const groups = blocks.at(-1)?.groups;
    const group = groups?.get(key);
    if (group) group.databases++;
    else {
      groups?.set(key, { row, first: `${row.to.host}:${row.to.port}`, databases: 1 });
      lines++;
    }
  }
  const shown = blocks.flatMap(({ from, groups }) => [
    "",
    `${colors.bold(`${from.namespace}/${from.workload}`)} ${colors.dim(`as ${from.serviceAccount}`)}`,
    ...[...groups.values()].map((group) => groupLine(group, colors)),
  ]);
  const hidden = workloads - blocks.length;
  if (hidden > 0)
    shown.push("", colors.dim(`… ${count(hidden, "more workload")}: write a page with -o html, or JSON with -o json.`));
  return [...shown, "", ...footer(analysis, answers.graves(), colors)].join("\n").trimStart();
}

/** Verdicts are shared between rows, so how a row reads is worked out once per pair of verdicts. */
class Answers {
  private readonly known = new Map<Row["mesh"], Map<Row["around"], Answer>>();
  private readonly kinds = new Map<string, Grave>();

  of(row: Row): Answer {
    let byAround = this.known.get(row.mesh);
    if (!byAround) this.known.set(row.mesh, (byAround = new Map()));
    let answer = byAround.get(row.around);
    if (!answer) byAround.set(row.around, (answer = this.read(row)));
    return answer;
  }

  graves(): Grave[] {
    return [...this.kinds.values()].sort((a, b) => b.weight - a.weight || b.pairs - a.pairs);
  }

  private read(row: Row): Answer {
    const { mesh, around } = row;
    const key = [mesh.verdict, mesh.encryption.join(), mesh.identity, mesh.exposes, around.verdict].join(" ");
    const weight = gravity(row);
    if (!graveWords[weight]) return { key };
    const reason = weight === bypassed ? around.because : mesh.because;
    const kind = `${weight} ${reason.map((evidence) => objectName(evidence)).join()}`;
    const grave = this.kinds.get(kind) ?? { weight, first: row, pairs: 0 };
    this.kinds.set(kind, grave);
    return { key, grave };
  }
}

function groupLine({ row, first, databases }: Group, colors: Colors): string {
  const { mesh, around } = row;
  const more = databases === 1 ? "" : ` and ${databases - 1} more`;
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
  { summary, findings }: Pick<Analysis, "findings" | "summary">,
  graves: readonly Grave[],
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
    ...(summary.targets === 0
      ? ["", "No database in the input. The cluster's own Services are targets with --services."]
      : []),
    ...worst(findings, graves, colors),
  ];
}

/** Findings of the whole first, then the gravest pairs, each kind once. */
function worst(findings: readonly Finding[], graves: readonly Grave[], colors: Colors): string[] {
  const texts = [...findings.map(textOf), ...graves.map(graveText)];
  if (texts.length === 0) return [];
  const more = texts.length - shownFindings;
  return [
    "",
    colors.bold("Look at"),
    ...texts.slice(0, shownFindings).map((text) => `  ${colors.red("!")} ${text}`),
    ...(more > 0 ? [colors.dim(`  … and ${more} more`)] : []),
  ];
}

function graveText({ weight, first: { from, to }, pairs }: Grave): string {
  const others = pairs > 1 ? ` (and ${count(pairs - 1, "pair")} like it)` : "";
  return `${from.namespace}/${from.workload} -> ${to.host}:${to.port} ${graveWords[weight]}${others}`;
}
