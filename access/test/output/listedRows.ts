import type { Answers, Row, Rows } from "../../model/model.js";

/** Rows that a test wrote out, or makes while iterating: rows of one workload follow each other, to the same targets. */
export function listedRows(rows: Iterable<Row> & { readonly length: number }): Rows {
  return {
    length: rows.length,
    at: () => undefined,
    [Symbol.iterator]: () => rows[Symbol.iterator](),
    get ends() {
      return [...byCaller(rows)].reduce<Row["to"][]>(
        (longest, own) => (own.length > longest.length ? own.map(({ to }) => to) : longest),
        [],
      );
    },
    *byWorkload() {
      for (const own of byCaller(rows)) if (own[0]) yield { from: own[0].from, answers: answersIn(own) };
    },
  };
}

export function answersIn(rows: readonly Row[]): Answers {
  return { mesh: rows.map(({ mesh }) => mesh), bypass: rows.map(({ bypass }) => bypass) };
}

function* byCaller(rows: Iterable<Row>): Generator<Row[]> {
  let own: Row[] = [];
  for (const row of rows) {
    if (own[0] && own[0].from !== row.from) {
      yield own;
      own = [];
    }
    own.push(row);
  }
  if (own.length > 0) yield own;
}
