import type { Analysis, Workload } from "../model.js";
import { type EqualCallers, SharedAnswers } from "./sharedAnswers.js";

/** Text of about this size is handed on at once: many small writes cost more than making them. */
const chunkCharacters = 64 * 1024;

/**
 * The analysis as JSON, in pieces: it may be longer than one text can be. Callers with equal answers stand together, and
 * verdicts and evidence once, referred to by their places. docs/access.schema.json describes it.
 */
export function accessJson(analysis: Analysis): Iterable<string> {
  return inChunks(fieldsOf(analysis));
}

function* fieldsOf(analysis: Analysis): Generator<string> {
  const { summary, targets, workloads, findings } = analysis;
  const answers = new SharedAnswers(analysis);
  const written = findings.map(({ rule, text, because }) => ({ rule, text, because: answers.places(because) }));
  const { callers, mesh, around, evidence } = answers;
  yield `{\n"summary":${JSON.stringify(summary)}`;
  yield* list("findings", written);
  yield* list("targets", targets, ({ host, port }) => ({ host, port }));
  yield* list("callers", callers, (equal) => callersOf(equal, workloads));
  yield* list("mesh", mesh);
  yield* list("around", around);
  yield* list("evidence", evidence);
  yield "\n}\n";
}

/** A field that holds a list, an item a line. */
function* list<Item>(
  name: string,
  items: readonly Item[],
  write: (item: Item) => unknown = (item) => item,
): Generator<string> {
  yield `,\n${JSON.stringify(name)}:[`;
  for (const [index, item] of items.entries()) yield `${index === 0 ? "" : ","}\n${JSON.stringify(write(item))}`;
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
