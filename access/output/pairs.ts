import type { Analysis, BypassVerdict, Evidence, Finding, MeshVerdict, Row } from "../model/model.js";
import { inChunks } from "./chunks.js";
import { hops } from "./words.js";
import { isSelected, type Selection } from "./selection.js";

/** Who connects: the first columns of a pair. */
interface ClientPart {
  namespace: string;
  workload: string;
  kind: string;
  serviceAccount: string;
}

interface TargetPart {
  host: string;
  port: number;
  /** The database's name in the settings; empty where it has none. */
  database: string;
}

interface AnswerPart {
  verdict: string;
  /** One word for each hop, the client's first. */
  encryption: string;
  /** The gateway authenticates the client by its certificate. */
  identity: boolean;
  /** What a blocked client still receives; empty for nothing. */
  exposes: string;
  bypass: string;
  /** Ids of findings about objects that decide this pair. */
  findings: string[];
}

type Matrix = Pick<Analysis, "rows" | "workloads" | "targets" | "findings">;

/** JSON Lines: one pair a line. */
export function pairsJsonLines(analysis: Matrix, selection: Selection = {}): Iterable<string> {
  const fields = (part: object) => JSON.stringify(part).slice(1, -1);
  return inChunks(pairLines(analysis, selection, fields, (parts) => `{${parts.join()}}\n`));
}

/** CSV after RFC 4180, with a header. */
export function pairsCsv(analysis: Matrix, selection: Selection = {}): Iterable<string> {
  const names = [
    ...["namespace", "workload", "kind", "serviceAccount"],
    ...["host", "port", "database"],
    ...["verdict", "encryption", "identity", "exposes", "bypass", "findings"],
  ];
  const fields = (part: object) => Object.values(part).map(csvField).join();
  const lines = function* () {
    yield `${names.join()}\r\n`;
    yield* pairLines(analysis, selection, fields, (parts) => `${parts.join()}\r\n`);
  };
  return inChunks(lines());
}

/** A line for each pair. Clients, targets and answers are written once each: five million pairs are made of few. */
function* pairLines(
  analysis: Matrix,
  selection: Selection,
  write: (part: ClientPart | TargetPart | AnswerPart) => string,
  line: (parts: [client: string, target: string, answer: string]) => string,
): Generator<string> {
  const { rows, workloads, targets, findings } = analysis;
  const answers = new WrittenAnswers(new FindingsOfVerdicts(findings), write);
  const ends = targets.map(({ host, port, database = "" }) => write({ host, port, database }));
  for (const [place, { namespace, name, kind, serviceAccount }] of workloads.entries()) {
    const client = write({ namespace, workload: name, kind, serviceAccount });
    for (const [column, target] of ends.entries()) {
      const row = rows.at(place, column);
      if (row && isSelected(selection, row)) yield line([client, target, answers.of(row)]);
    }
  }
}

/** Answers as text, written once for each two verdicts. */
class WrittenAnswers {
  readonly #known = new Map<MeshVerdict, Map<BypassVerdict, string>>();

  constructor(
    private readonly findings: FindingsOfVerdicts,
    private readonly write: (part: AnswerPart) => string,
  ) {}

  of({ mesh, bypass }: Row): string {
    let byBypass = this.#known.get(mesh);
    if (!byBypass) this.#known.set(mesh, (byBypass = new Map()));
    let text = byBypass.get(bypass);
    if (text === undefined) {
      text = this.write({
        verdict: mesh.verdict,
        encryption: hops(mesh.encryption),
        identity: mesh.identity,
        exposes: mesh.exposes ?? "",
        bypass: bypass.verdict,
        findings: this.findings.of(mesh),
      });
      byBypass.set(bypass, text);
    }
    return text;
  }
}

/** Records as CSV, one column for each name; lists are joined by a space. */
export function csv<Name extends string>(
  names: readonly Name[],
  records: Iterable<Record<Name, unknown>>,
): Iterable<string> {
  const line = (values: readonly unknown[]) => `${values.map(csvField).join(",")}\r\n`;
  const lines = function* () {
    yield line(names);
    for (const record of records) yield line(names.map((name) => record[name]));
  };
  return inChunks(lines());
}

/** A text that a spreadsheet would run as a formula is led by a quote. */
function csvField(value: unknown): string {
  const text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Which findings are about objects that decide a verdict. */
class FindingsOfVerdicts {
  readonly #known = new Map<MeshVerdict, string[]>();
  readonly #objects: readonly { id: string; names: ReadonlySet<string> }[];

  constructor(findings: readonly Finding[]) {
    this.#objects = findings.map(({ id, because }) => ({ id, names: new Set(because.map(objectKey)) }));
  }

  of(mesh: MeshVerdict): string[] {
    let ids = this.#known.get(mesh);
    if (!ids) {
      const names = mesh.because.map(objectKey);
      ids = [...new Set(this.#objects.filter((one) => names.some((name) => one.names.has(name))).map(({ id }) => id))];
      this.#known.set(mesh, ids);
    }
    return ids;
  }
}

function objectKey({ kind, namespace, name }: Evidence): string {
  return `${kind} ${namespace}/${name}`;
}
