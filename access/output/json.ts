import { adviceOf } from "../messages/index.js";
import { type About, assumedOf } from "./about.js";
import { inChunks } from "./chunks.js";
import { inOrderOfHarm } from "./findingLines.js";
import type { Selection } from "./selection.js";
import type { Analysis, Workload } from "../model/model.js";
import { json, written } from "./written.js";
import { type EqualCallers, notShown, SharedAnswers } from "./sharedAnswers.js";

/** Counts up when a reader of the last one could no longer read the next. */
const schemaVersion = 2;

/**
 * The analysis as JSON, in pieces: it may be longer than one text can be. Callers with equal answers stand together, and
 * verdicts and evidence once, referred to by their places. docs/access.schema.json describes it.
 */
export function accessJson(
  analysis: Analysis,
  about: About,
  selection: Selection = {},
  connections?: object,
): Iterable<string> {
  const answers = new SharedAnswers(analysis, selection);
  const found = inOrderOfHarm(analysis.findings).map((finding) => ({
    ...written(finding),
    ...adviceOf(finding),
    because: answers.places(finding.because),
  }));
  return inChunks(
    object(
      ...head(about, analysis),
      [`"summary":${JSON.stringify(analysis.summary)}`],
      list("findings", found),
      list("targets", analysis.targets, ({ host, port, database = "" }) => ({ host, port, database })),
      list("callers", answers.callers, (equal) => callersOf(equal, analysis.workloads)),
      list("mesh", answers.mesh),
      list("bypass", answers.bypass),
      list("evidence", answers.evidence),
      ...(connections ? [[`"connections":${JSON.stringify(connections)}`]] : []),
    ),
  );
}

/** A report with one list in it, in pieces. */
export function listJson(
  name: string,
  items: readonly unknown[],
  about: About,
  analysis: Pick<Analysis, "assumptions" | "problems">,
): Iterable<string> {
  return inChunks(object(...head(about, analysis), list(name, items)));
}

/** A report with several fields of its own. */
export function objectJson(
  fields: object,
  about: About,
  analysis: Pick<Analysis, "assumptions" | "problems">,
): Iterable<string> {
  const own = Object.entries(fields).filter(([, value]) => value !== undefined);
  return inChunks(
    object(
      ...head(about, analysis),
      ...own.map(([name, value]) =>
        Array.isArray(value) ? list(name, value) : [`${JSON.stringify(name)}:${JSON.stringify(value)}`],
      ),
    ),
  );
}

/** What every report begins with: of what and with which options it was made, what it assumes, what is wrong. */
function head(about: About, analysis: Pick<Analysis, "assumptions" | "problems">): Iterable<string>[] {
  const { subject, tool, options } = about;
  return [
    [`"schemaVersion":${schemaVersion}`],
    [`"tool":${JSON.stringify(tool)}`],
    [`"input":${JSON.stringify(subject)}`],
    [`"options":${JSON.stringify(options)}`],
    list("assumed", assumedOf(about, analysis)),
    list("problems", analysis.problems),
  ];
}

function* object(...fields: Iterable<string>[]): Generator<string> {
  for (const [index, field] of fields.entries()) {
    yield index === 0 ? "{\n" : ",\n";
    yield* field;
  }
  yield "\n}\n";
}

/** A field that holds a list, an item a line. */
function* list<Item>(
  name: string,
  items: readonly Item[],
  write: (item: Item) => unknown = (item) => item,
): Generator<string> {
  yield `${JSON.stringify(name)}:[`;
  for (const [index, item] of items.entries()) yield `${index === 0 ? "" : ","}\n${json(write(item))}`;
  yield "]";
}

function callersOf(equal: EqualCallers, workloads: readonly Workload[]) {
  return {
    workloads: equal.workloads.map((index) => {
      const { namespace, name: workload, kind, serviceAccount } = workloads[index] as Workload;
      return { namespace, workload, kind, serviceAccount };
    }),
    answers: answersOf(equal),
  };
}

/** Targets with one and the same answer stand together. */
function answersOf({ mesh, bypass }: EqualCallers): { to: number[]; mesh: number; bypass: number }[] {
  const answers = new Map<string, { to: number[]; mesh: number; bypass: number }>();
  mesh.forEach((path, target) => {
    if (path === notShown) return;
    const below = bypass[target] as number;
    const key = `${path} ${below}`;
    const answer = answers.get(key) ?? { to: [], mesh: path, bypass: below };
    answer.to.push(target);
    answers.set(key, answer);
  });
  return [...answers.values()];
}
