import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Writes text or pieces of it, as fast as the reader takes them; a reader that has seen enough, as `head`, is no error. */
export async function print(pieces: string | Iterable<string>): Promise<void> {
  const source = Readable.from(typeof pieces === "string" ? [pieces, "\n"] : pieces);
  try {
    await pipeline(source, process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}
