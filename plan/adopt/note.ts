import { withArguments } from "mesh-access";
import { type AdoptId, adoptMessages } from "../planMessages.js";

/** Something that could not be carried over as it is. */
export interface Note {
  id: AdoptId;
  args: Readonly<Record<string, string>>;
}

export function note(id: AdoptId, args: Readonly<Record<string, string>> = {}): Note {
  return { id, args };
}

export function noteText({ id, args }: Note): string {
  return withArguments(adoptMessages[id], args);
}
