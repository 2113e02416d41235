import jsYaml from "js-yaml";
import { namespaceOf } from "../../world.js";
import { locateField } from "../../input/position.js";
import type { Analysis, AroundVerdict, Evidence, KubernetesObject, MeshVerdict, Row } from "../../model.js";

/** Manifests of a page come to no more than this: beyond it a browser gets slow, and the files are at hand anyway. */
const manifestCharacters = 6_000_000;

/** The analysis in the form the page's script reads: everything that is shared stands once, rows of the matrix as runs. */
export interface PageData {
  workloads: (readonly [
    namespace: string,
    name: string,
    account: string,
    sidecar: string,
    meshRow: number,
    aroundRow: number,
  ])[];
  targets: (readonly [host: string, port: number, database: string])[];
  /**
   * The answers along a row, as numbers in base 36 apart by blanks: `a*n` stands for n times the same, `a~n` for n that
   * count up. Rows that are equal stand once.
   */
  meshRows: string[];
  aroundRows: string[];
  mesh: { v: string; e: readonly string[]; i: boolean; x: string | null; b: number[] }[];
  around: { v: string; b: number[] }[];
  evidence: { k: string; ns: string; n: string; f: string; t: string; o: number; l: [number, number] | null }[];
  objects: { title: string; place: string; yaml: string }[];
  findings: { text: string; b: number[] }[];
  selected: [workload: number, target: number];
}

/** Packs an analysis for the page; `selected` is the cell it opens with, else its gravest. */
export function pageData(
  objects: readonly KubernetesObject[],
  analysis: Pick<Analysis, "rows" | "workloads" | "targets" | "findings">,
  selected?: Pick<Row, "from" | "to">,
): PageData {
  const packer = new Packer(objects);
  const columns = analysis.targets.length;
  const meshRows = new DistinctRows();
  const aroundRows = new DistinctRows();
  const rowOfWorkload: (readonly [number, number])[] = [];
  let along: number[] = [];
  let below: number[] = [];
  for (const { mesh, around } of analysis.rows) {
    below.push(packer.around(around));
    if (along.push(packer.mesh(mesh)) < columns) continue;
    rowOfWorkload.push([meshRows.number(along), aroundRows.number(below)]);
    [along, below] = [[], []];
  }
  const findings = analysis.findings.map(({ text, because }) => ({
    text,
    b: because.map((one) => packer.evidence(one)),
  }));
  return {
    workloads: analysis.workloads.map(({ namespace, name, serviceAccount, sidecar }, index) => [
      namespace,
      name,
      serviceAccount,
      String(sidecar.present),
      ...(rowOfWorkload[index] ?? ([0, 0] as const)),
    ]),
    targets: analysis.targets.map(({ host, port, database = "" }) => [host, port, database]),
    meshRows: meshRows.texts(),
    aroundRows: aroundRows.texts(),
    ...packer.tables(),
    findings,
    selected: position(analysis, selected),
  };
}

/** Rows by what is in them, each kept once. */
class DistinctRows {
  private readonly numbers = new Map<string, number>();

  number(row: readonly number[]): number {
    const text = runsOf(row);
    const number = this.numbers.get(text) ?? this.numbers.size;
    this.numbers.set(text, number);
    return number;
  }

  texts(): string[] {
    return [...this.numbers.keys()];
  }
}

function position(
  { workloads, targets }: Pick<Analysis, "workloads" | "targets">,
  selected: Pick<Row, "from" | "to"> | undefined,
): [number, number] {
  if (!selected) return [-1, -1];
  const { from, to } = selected;
  return [
    workloads.findIndex(({ namespace, name }) => namespace === from.namespace && name === from.workload),
    targets.findIndex(({ host, port }) => host === to.host && port === to.port),
  ];
}

function runsOf(row: readonly number[]): string {
  const runs: string[] = [];
  for (let start = 0; start < row.length;) {
    const first = row[start] ?? 0;
    const step = row[start + 1] === first + 1 ? 1 : 0;
    let end = start + 1;
    while (end < row.length && row[end] === first + (end - start) * step) end++;
    const length = end - start;
    runs.push(`${first.toString(36)}${length === 1 ? "" : `${step ? "~" : "*"}${length.toString(36)}`}`);
    start = end;
  }
  return runs.join(" ");
}

/** Gives everything that is shared a number, the same for equal content. */
class Packer {
  private readonly numbers = new Map<object, number>();
  private readonly byContent = new Map<string, number>();
  private readonly meshes: PageData["mesh"] = [];
  private readonly arounds: PageData["around"] = [];
  private readonly evidences: PageData["evidence"] = [];
  private readonly shown: PageData["objects"] = [];
  private readonly shownNumbers = new Map<KubernetesObject, number>();
  private readonly objects: ReadonlyMap<string, KubernetesObject>;
  private characters = 0;

  constructor(objects: readonly KubernetesObject[]) {
    this.objects = new Map(
      objects.map((object) => [`${object.kind} ${namespaceOf(object)}/${object.metadata.name}`, object]),
    );
  }

  tables(): Pick<PageData, "mesh" | "around" | "evidence" | "objects"> {
    return { mesh: this.meshes, around: this.arounds, evidence: this.evidences, objects: this.shown };
  }

  mesh(mesh: MeshVerdict): number {
    return this.numbered(mesh, () => {
      const { verdict, encryption, identity, exposes, because } = mesh;
      const b = because.map((one) => this.evidence(one));
      return this.meshes.push({ v: verdict, e: encryption, i: identity, x: exposes, b }) - 1;
    });
  }

  around(around: AroundVerdict): number {
    return this.numbered(around, () => {
      const b = around.because.map((one) => this.evidence(one));
      return this.arounds.push({ v: around.verdict, b }) - 1;
    });
  }

  evidence(evidence: Evidence): number {
    return this.numbered(evidence, () => {
      const { kind: k, namespace: ns, name: n, field: f, text: t } = evidence;
      const o = this.object(evidence);
      const yaml = this.shown[o]?.yaml;
      const range = yaml && f ? locateField(yaml, f) : undefined;
      return this.evidences.push({ k, ns, n, f, t, o, l: range ? [range.first, range.last] : null }) - 1;
    });
  }

  private object({ kind, namespace, name }: Evidence): number {
    const object = this.objects.get(`${kind} ${namespace}/${name}`);
    if (!object) return -1;
    const known = this.shownNumbers.get(object);
    if (known !== undefined) return known;
    const { source, ...manifest } = object;
    const yaml = this.characters < manifestCharacters ? jsYaml.dump(manifest, { noRefs: true, lineWidth: -1 }) : "";
    this.characters += yaml.length;
    const title = `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
    const number = this.shown.push({ title, place: source ? `${source.file}:${source.line}` : "planned", yaml }) - 1;
    this.shownNumbers.set(object, number);
    return number;
  }

  /** By identity first, which is cheap, then by content, since equal verdicts need not be one object. */
  private numbered(value: object, add: () => number): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const content = JSON.stringify(value);
    const number = this.byContent.get(content) ?? add();
    this.byContent.set(content, number);
    this.numbers.set(value, number);
    return number;
  }
}
