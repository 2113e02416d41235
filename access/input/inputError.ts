import { message, type Message, textOf } from "../messages/index.js";

/** What keeps a command from answering at all: every reason at once, each with what to write instead. */
export class InputError extends Error {
  constructor(readonly reasons: readonly Message[]) {
    super(reasons.map(textOf).join("\n"));
    this.name = "InputError";
  }
}

/** The text of a file that a user named. @throws {@link InputError} when it cannot be read. */
export async function readNamed(path: string, read: (path: string) => Promise<string>): Promise<string> {
  try {
    return await read(path);
  } catch (error) {
    throw new InputError([message("file-not-readable", { path, reason: (error as Error).message })]);
  }
}
