import { type AdoptId, adoptMessages, filled } from "../messages.js";

/** Something that could not be carried over as it is. */
export interface Note {
  id: AdoptId;
  args: Readonly<Record<string, string>>;
}

export function note(id: AdoptId, args: Readonly<Record<string, string>> = {}): Note {
  return { id, args };
}

export function noteText({ id, args }: Note): string {
  return filled(adoptMessages[id], args);
}
