import { type Message, textOf } from "../messages/index.js";

/** The text of a message that may be missing. */
export function said(message: Message | undefined): string {
  return message ? textOf(message) : "";
}
