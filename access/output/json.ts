import type { Analysis, Workload } from "../model/model.js";
import { json, written } from "./written.js";
import { type EqualCallers, SharedAnswers } from "./sharedAnswers.js";

/** Text of about this size is handed on at once: many small writes cost more than making them. */
const chunkCharacters = 64 * 1024;

/**
 * The analysis as JSON, in pieces: it may be longer than one text can be. Callers with equal answers stand together, and
 * verdicts and evidence once, referred to by their places. docs/access.schema.json describes it.
 */
export function accessJson({ summary, findings, ...analysis }: Analysis): Iterable<string> {
  const answers = new SharedAnswers(analysis);
  const found = findings.map((finding) => ({ ...written(finding), because: answers.places(finding.because) }));
  return inChunks(
    object(
      [`"summary":${JSON.stringify(summary)}`],
      list("findings", found),
      list("targets", analysis.targets, ({ host, port }) => ({ host, port })),
      list("callers", answers.callers, (equal) => callersOf(equal, analysis.workloads)),
      list("mesh", answers.mesh),
      list("around", answers.around),
      list("evidence", answers.evidence),
    ),
  );
}

/** An object with one list in it, in pieces. */
export function listJson(name: string, items: readonly unknown[]): Iterable<string> {
  return inChunks(object(list(name, items)));
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
      const { namespace, name: workload, serviceAccount } = workloads[index] as Workload;
      return { namespace, workload, serviceAccount };
    }),
    answers: answersOf(equal),
  };
}

/** Targets with one and the same answer stand together. */
function answersOf({ mesh, around }: EqualCallers): { to: number[]; mesh: number; around: number }[] {
  const answers = new Map<string, { to: number[]; mesh: number; around: number }>();
  mesh.forEach((path, target) => {
    const below = around[target] as number;
    const key = `${path} ${below}`;
    const answer = answers.get(key) ?? { to: [], mesh: path, around: below };
    answer.to.push(target);
    answers.set(key, answer);
  });
  return [...answers.values()];
}

function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkCharacters) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}
