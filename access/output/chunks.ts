/** Text of about this size is handed on at once: many small writes cost more than making them. */
const chunkCharacters = 64 * 1024;

/** Joins small pieces, because a whole report may be longer than one text can be. */
export function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkCharacters) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
