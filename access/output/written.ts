import { type Message, plainArguments, textOf } from "../messages/index.js";

/** A message as documents hold it: with its text, and arguments that are text and numbers. */
export function written<M extends Message>(message: M): Omit<M, "args"> & { text: string; args: object } {
  const { id, args: _, ...rest } = message;
  return { ...rest, id, text: textOf(message), args: plainArguments(message) } as never;
}

/** JSON in which every message, however deep, has its text. */
export function json(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, item: unknown) => (isMessage(item) ? written(item) : item), indent);
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "id" in value && "args" in value && !("text" in value);
}
