import { objectName } from "../model/objectName.js";
import type {
  Analysis,
  BypassVerdict,
  BypassVerdictName,
  MeshVerdict,
  MeshVerdictName,
  Row,
  WorkloadAnswers,
} from "../model/model.js";
import { textOf } from "../messages/index.js";
import { PairMemo } from "../model/pairMemo.js";
import { describePair } from "../assertions.js";
import { type Colors, inColorOf } from "./colors.js";
import { findingLines } from "./findingLines.js";
import { eachAnswer, type Selection, selectedWorkloads } from "./selection.js";
import { bypassSymbols, count, gravity, hops, isBypassable, meshSymbols, remark } from "./words.js";

/** How a table is laid out. */
export interface TableLayout {
  /** Characters of a line. @default 120 */
  width?: number;
  /** Every pair in a line of its own, hosts in full, and what decides it. @default false */
  wide?: boolean;
}

/** Lines of the matrix that a terminal shows; a page or JSON holds them all. */
const shownLines = 400;
const shownGraves = 8;
const defaultWidth = 120;
/** Readings that are in memory at a time. */
const keptReadings = 50_000;
/** Columns beside the host: verdict, path, remark, bypass, and the blanks between them. */
const columns = { verdict: 12, path: 33, remark: 19, bypass: 17 };
const narrowestHost = 24;
const widestHost = 72;

/** The weight of `gravity` for pairs that are open underneath. */
const bypassed = 3;

/** What each weight of `gravity` that deserves a line means. */
const graveWords: Record<number, string> = {
  5: "is routed to another database",
  4: "is refused, but receives the server's handshake packet and holds a connection",
  [bypassed]: "can bypass its sidecar: no network policy stops it",
};

/** How an answer reads, the same object for all that read alike. */
interface Reading {
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
  mesh: MeshVerdict;
  bypass: BypassVerdict;
  first: string;
  databases: number;
}

/** One list of answers, as lines and as kinds of trouble with their number of pairs. */
interface Digest {
  groups: readonly Group[];
  graves: ReadonlyMap<Grave, number>;
}

/** The matrix as a terminal shows it: by workload, equal answers in one line, what deserves a look below. */
export function accessTable(
  analysis: Pick<Analysis, "rows" | "findings" | "summary">,
  colors: Colors,
  { width = defaultWidth, wide = false }: TableLayout = {},
  selection: Selection = {},
): string {
  const digests = new Digests(analysis.rows.ends, selection, wide);
  const blocks = new Blocks();
  for (const one of selectedWorkloads(analysis, selection)) blocks.add(one.from, digests.of(one));
  const line = wide ? wideLine : groupLine;
  const shown = blocks.shown.flatMap(({ from, groups }) => [
    "",
    `${colors.bold(`${from.namespace}/${from.workload}`)} ${colors.dim(`as ${from.serviceAccount}`)}`,
    ...groups.flatMap((group) => line(group, colors, width)),
  ]);
  if (blocks.hidden > 0)
    shown.push(
      "",
      colors.dim(
        `… ${count(blocks.hidden, "more workload")}: choose some with --namespace, or write them all with -o html or json.`,
      ),
    );
  return [...shown, "", ...footer(analysis, digests.graves(), colors)].join("\n").trimStart();
}

/** Lines by workload, as many as a terminal shows. */
class Blocks {
  readonly shown: { from: Row["from"]; groups: readonly Group[] }[] = [];
  hidden = 0;
  #lines = 0;

  add(from: Row["from"], { groups }: Digest): void {
    if (groups.length === 0) return;
    if (this.#lines >= shownLines) return void this.hidden++;
    this.shown.push({ from, groups });
    this.#lines += groups.length;
  }
}

/** Answers are shared between workloads, so each is read once. */
class Digests {
  readonly #digests = new WeakMap<WorkloadAnswers["answers"], Digest>();
  readonly #readings = new PairMemo<MeshVerdict, BypassVerdict, Reading>(keptReadings);
  readonly #kinds = new Map<string, Grave>();

  constructor(
    private readonly ends: readonly Row["to"][],
    private readonly selection: Selection,
    private readonly wide: boolean,
  ) {}

  of(one: WorkloadAnswers): Digest {
    let digest = this.#digests.get(one.answers);
    if (!digest) this.#digests.set(one.answers, (digest = this.#read(one)));
    for (const [grave, pairs] of digest.graves) grave.pairs += pairs;
    return digest;
  }

  graves(): Grave[] {
    return [...this.#kinds.values()].sort((a, b) => b.weight - a.weight || b.pairs - a.pairs);
  }

  #read({ from, answers }: WorkloadAnswers): Digest {
    const groups = new Map<string, Group>();
    const graves = new Map<Grave, number>();
    eachAnswer(this.ends, answers, this.selection, (to, mesh, bypass) => {
      const { key, grave } = this.#readings.of(mesh, bypass, () => this.#reading({ from, to, mesh, bypass }));
      if (grave) graves.set(grave, (graves.get(grave) ?? 0) + 1);
      const line = this.wide ? targetOf(to) : key;
      const group = groups.get(line);
      if (group) group.databases++;
      else groups.set(line, { mesh, bypass, first: targetOf(to), databases: 1 });
    });
    return { groups: [...groups.values()], graves };
  }

  #reading(row: Row): Reading {
    const { mesh, bypass } = row;
    const key = [mesh.verdict, mesh.encryption.join(), mesh.identity, mesh.exposes, bypass.verdict].join(" ");
    const weight = gravity(row);
    if (!graveWords[weight]) return { key };
    const reason = weight === bypassed ? bypass.because : mesh.because;
    const kind = `${weight} ${reason.map((evidence) => objectName(evidence)).join()}`;
    const grave = this.#kinds.get(kind) ?? { weight, first: row, pairs: 0 };
    this.#kinds.set(kind, grave);
    return { key, grave };
  }
}

function targetOf({ host, port }: Row["to"]): string {
  return `${host}:${port}`;
}

/** Equal answers of a workload in one line, or in two where the terminal is narrow. */
function groupLine({ mesh, bypass, first, databases }: Group, colors: Colors, width: number): string[] {
  const more = databases === 1 ? "" : ` and ${databases - 1} more`;
  const beside = Object.values(columns).reduce((sum, one) => sum + one, 2);
  const room = Math.min(widestHost, width - beside - 1);
  const isNarrow = room < narrowestHost;
  const hostRoom = isNarrow ? Math.max(narrowestHost, width - columns.verdict - 2) : room;
  const host = `${shortened(first, hostRoom - more.length)}${more}`;
  const head = `  ${verdictCell(mesh.verdict, colors)}${isNarrow ? host : host.padEnd(room)}`;
  const facts = [hops(mesh.encryption).padEnd(columns.path - 1), remark(mesh).padEnd(columns.remark - 1)];
  const [path = "", note = ""] = facts;
  const tail = `${colors.dim(path)} ${mesh.exposes ? colors.red(note) : colors.dim(note)} ${bypassCell({ mesh, bypass }, colors)}`;
  if (!isNarrow) return [`${head} ${tail}`];
  const short = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  const fitsBeside = `    ${short}  ${bypassText(bypass)}`.length <= width;
  if (fitsBeside) return [head, `    ${colors.dim(short)}${short && "  "}${bypassCell({ mesh, bypass }, colors)}`];
  return [head, `    ${colors.dim(short)}`, `    ${bypassCell({ mesh, bypass }, colors)}`];
}

/** A pair with everything that fits no table: its host in full, and what decides the two answers. */
function wideLine({ mesh, bypass, first }: Group, colors: Colors): string[] {
  const facts = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  const deciding = [mesh.because.at(-1), bypass.because.at(-1)].flatMap((link) =>
    link ? `      ${colors.dim(`${objectName(link)}: ${textOf(link)}`)}` : [],
  );
  return [
    `  ${verdictCell(mesh.verdict, colors)}${first}  ${colors.dim(facts)}  ${bypassCell({ mesh, bypass }, colors)}`,
    ...deciding,
  ];
}

function verdictCell(verdict: MeshVerdictName, colors: Colors): string {
  return inColorOf(verdict, `${meshSymbols[verdict]} ${verdict}`.padEnd(columns.verdict), colors);
}

function bypassText({ verdict }: BypassVerdict): string {
  return `${bypassSymbols[verdict]} bypass ${verdict}`;
}

function bypassCell(answer: Pick<Row, "mesh" | "bypass">, colors: Colors): string {
  const { verdict } = answer.bypass;
  const text = bypassText(answer.bypass);
  if (verdict === "blocked") return colors.dim(text);
  if (verdict === "unknown") return colors.magenta(text);
  return isBypassable(answer) ? colors.red(text) : colors.yellow(text);
}

/** `host:port` within a width: the port stays, and the host ends early. */
function shortened(target: string, width: number): string {
  if (target.length <= width) return target;
  const port = target.slice(target.lastIndexOf(":"));
  return `${target.slice(0, width - 1 - port.length)}…${port}`;
}

function footer(
  { summary, findings }: Pick<Analysis, "findings" | "summary">,
  graves: readonly Grave[],
  colors: Colors,
): string[] {
  const mesh = Object.entries(summary.mesh).flatMap(([name, number]) => {
    const verdict = name as MeshVerdictName;
    return number ? [inColorOf(verdict, `${meshSymbols[verdict]} ${number.toLocaleString("en")} ${name}`, colors)] : [];
  });
  const bypass = Object.entries(summary.bypass).flatMap(([name, number]) =>
    number ? [`${bypassSymbols[name as BypassVerdictName]} ${number.toLocaleString("en")} ${name}`] : [],
  );
  return [
    `${colors.bold(count(summary.workloads, "workload"))} x ${colors.bold(count(summary.targets, "target"))}`,
    ...(summary.rows > 0 ? [`  mesh path       ${mesh.join("   ")}`, `  sidecar bypass  ${bypass.join("   ")}`] : []),
    ...(summary.targets === 0
      ? ["", "The input contains no database. To include the cluster's own Services as targets, add --services."]
      : []),
    ...(summary.workloads === 0
      ? [
          "",
          "The input contains no workload that could be a client. Name clients of databases in the settings, or pass the cluster with --file or --context.",
        ]
      : []),
    ...(findings.length > 0 ? ["", colors.bold("Findings"), ...findingLines(findings, colors)] : []),
    ...worst(graves, colors),
  ];
}

/** The gravest pairs, each kind once. */
function worst(graves: readonly Grave[], colors: Colors): string[] {
  if (graves.length === 0) return [];
  const more = graves.length - shownGraves;
  return [
    "",
    colors.bold("Pairs to look at"),
    ...graves.slice(0, shownGraves).map((grave) => `  ${colors.red("!")} ${graveText(grave)}`),
    ...(more > 0 ? [colors.dim(`  … and ${count(more, "more kind")}`)] : []),
  ];
}

function graveText({ weight, first, pairs }: Grave): string {
  const others = pairs > 1 ? ` (and ${count(pairs - 1, "similar pair")})` : "";
  return `${describePair(first)} ${graveWords[weight]}${others}`;
}
