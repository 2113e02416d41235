/** No line of an access log is as long; one without an end must not fill the memory. */
const longestLine = 2 ** 20;

/** The lines of a stream, in the memory of one chunk and one line. A line that is too long comes as an empty one. */
export async function* linesOf(
  chunks: AsyncIterable<string>,
  onRead: (characters: number) => void = () => undefined,
): AsyncGenerator<string> {
  let rest = "";
  let isTooLong = false;
  for await (const chunk of chunks) {
    onRead(chunk.length);
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      yield isTooLong ? "" : rest + chunk.slice(from, end);
      rest = "";
      isTooLong = false;
      from = end + 1;
    }
    rest += chunk.slice(from);
    if (rest.length > longestLine) {
      isTooLong = true;
      rest = "";
    }
  }
  if (rest !== "" || isTooLong) yield isTooLong ? "" : rest;
}
