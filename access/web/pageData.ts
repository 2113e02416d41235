import { objectName } from "../model/objectName.js";
import { writeYaml } from "../input/yaml.js";
import { namespaceOf } from "../model/world.js";
import { fieldPath, Positions } from "../input/position.js";
import type { Selection } from "../output/selection.js";
import type { PageData, PageEvidence } from "./pageTypes.js";
import { SharedAnswers, type WrittenEvidence } from "../output/sharedAnswers.js";
import type { Analysis, KubernetesObject, Row } from "../model/model.js";

/** Manifests of a page come to no more than this: beyond it a browser gets slow, and the files are at hand anyway. */
const manifestCharacters = 6_000_000;

/** Packs an analysis for the page; `selected` is the cell it opens with, else its gravest. */
export function pageData(
  analysis: Pick<Analysis, "rows" | "workloads" | "targets" | "findings" | "objects">,
  { only = [] }: Selection,
  selected?: Pick<Row, "from" | "to">,
): PageData {
  const answers = new SharedAnswers(analysis);
  const findings = analysis.findings.map(({ because }) => answers.places(because));
  const manifests = new ShownManifests(analysis.objects);
  const callersOf = new Map(answers.callers.flatMap((equal, place) => equal.workloads.map((one) => [one, place])));
  return {
    workloads: analysis.workloads.map(({ namespace, name, serviceAccount, sidecar }, index) => [
      namespace,
      name,
      serviceAccount,
      String(sidecar.present),
      callersOf.get(index) as number,
    ]),
    targets: analysis.targets.map(({ host, port, database = "" }) => [host, port, database]),
    callers: answers.callers.map(({ mesh, bypass }) => [runsOf(mesh), runsOf(bypass)]),
    mesh: answers.mesh,
    bypass: answers.bypass,
    evidence: answers.evidence.map((one) => {
      const { kind, namespace, name, field, text } = one;
      return { kind, namespace, name, field, text, ...manifests.placeOf(one) };
    }),
    objects: manifests.shown,
    findings,
    selected: position(analysis, selected),
    only,
  };
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

/**
 * Numbers in base 36 apart by blanks: `a*n` stands for n times the same, `a~n` for n that count up. Neighbours mostly
 * have the same answer, or one each.
 */
function runsOf(row: Uint32Array): string {
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

/** The manifests that evidence names, each once. */
class ShownManifests {
  readonly shown: PageData["objects"][number][] = [];
  private readonly numbers = new Map<KubernetesObject, number>();
  private readonly objects: ReadonlyMap<string, KubernetesObject>;
  private characters = 0;

  constructor(objects: readonly KubernetesObject[]) {
    this.objects = new Map(
      objects.map((object) => [`${object.kind} ${namespaceOf(object)}/${object.metadata.name}`, object]),
    );
  }

  /** The number of the manifest, -1 where the input holds none, and the lines of the field in it. */
  placeOf(evidence: WrittenEvidence): Pick<PageEvidence, "object" | "lines"> {
    const object = this.numberOf(evidence);
    const yaml = this.shown[object]?.yaml;
    if (!yaml || !evidence.field) return { object, lines: null };
    const { first, last } = new Positions(yaml).locate(fieldPath(evidence.field)) ?? { first: 1, last: 1 };
    return { object, lines: [first, last] };
  }

  private numberOf({ kind, namespace, name }: WrittenEvidence): number {
    const object = this.objects.get(`${kind} ${namespace}/${name}`);
    if (!object) return -1;
    const known = this.numbers.get(object);
    if (known !== undefined) return known;
    const { source, ...manifest } = object;
    const yaml = this.characters < manifestCharacters ? writeYaml(manifest) : "";
    this.characters += yaml.length;
    const title = objectName({ kind, namespace, name });
    const number = this.shown.push({ title, place: source ? `${source.file}:${source.line}` : "planned", yaml }) - 1;
    this.numbers.set(object, number);
    return number;
  }
}
