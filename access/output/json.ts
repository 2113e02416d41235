import type { Row } from "../model.js";

/** Text of about this size is handed on at once: many small writes cost more than the rows. */
const chunkCharacters = 64 * 1024;

/** The rows as JSON in pieces: five million of them would not fit into one text. */
export function* rowsAsJson(rows: Iterable<Row>): Generator<string> {
  const texts = new WeakMap<object, string>();
  // Verdicts are shared between rows, so each is written out once.
  const text = (value: object): string => {
    const known = texts.get(value);
    if (known !== undefined) return known;
    const written = JSON.stringify(value);
    texts.set(value, written);
    return written;
  };
  let chunk = '{"rows":[';
  let separator = "\n";
  for (const { from, to, mesh, around } of rows) {
    const pair = `"from":${JSON.stringify(from)},"to":${JSON.stringify(to)}`;
    chunk += `${separator}{${pair},"mesh":${text(mesh)},"around":${text(around)}}`;
    separator = ",\n";
    if (chunk.length < chunkCharacters) continue;
    yield chunk;
    chunk = "";
  }
  yield `${chunk}\n]}\n`;
}
