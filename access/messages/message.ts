import { assertionMessages } from "./assertionMessages.js";
import { assumptionMessages } from "./assumptionMessages.js";
import { commandMessages } from "./cliMessages.js";
import { findingMessages, type FindingEntry } from "./findingMessages.js";
import { meshMessages } from "./meshMessages.js";
import { networkMessages } from "./networkMessages.js";
import { problemMessages, type ProblemEntry } from "./problemMessages.js";
import { usageMessages } from "./usageMessages.js";
import { validationMessages } from "./validationMessages.js";
import { workloadMessages } from "./workloadMessages.js";

/** Every message of the analysis, by its id. */
export const messages = {
  ...workloadMessages,
  ...meshMessages,
  ...networkMessages,
  ...validationMessages,
  ...assertionMessages,
  ...assumptionMessages,
  ...commandMessages,
  ...usageMessages,
  ...problemMessages,
  ...findingMessages,
} as const;

type Messages = typeof messages;
export type MessageId = keyof Messages;
export type AssumptionId = keyof typeof assumptionMessages;
export type FindingId = keyof typeof findingMessages;
export type ProblemId = keyof typeof problemMessages;

/** What fills a gap in a message: text, a number, another message, or a list of them, which is printed with commas. */
export type Argument = string | number | Message | readonly Argument[];

/** A message by its id and what it is about. `textOf` makes the text, when somebody reads it. */
export interface Message<Id extends MessageId = MessageId> {
  id: Id;
  args: Readonly<Record<string, Argument>>;
}

/** The names in braces of a text. */
type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** All texts of an entry; the arguments of a message serve its fixes too. */
type Texts<Entry> = Entry extends string ? Entry : Entry[keyof Entry];

type NamesOf<Id extends MessageId> = Names<Texts<Messages[Id]>>;

/** The arguments that a message takes: exactly the names in its texts. */
export type ArgumentsOf<Id extends MessageId> = { readonly [Name in NamesOf<Id>]: Argument };

/** Left out for a message without gaps. */
type GivenArguments<Id extends MessageId> = [NamesOf<Id>] extends [never] ? [] : [args: ArgumentsOf<Id>];

const noArguments = {};

/** A message with its arguments, which the compiler checks against the text: `message("no-subset", { subset, host })`. */
export function message<Id extends MessageId>(id: Id, ...[args]: GivenArguments<Id>): Message<Id> {
  return { id, args: args ?? noArguments };
}

/** The message in evidence, as an argument of another: without the object that it is about. */
export function clause({ id, args }: Message): Message {
  return { id, args };
}

/** The text of a message with its arguments in place. */
export function textOf({ id, args }: Message): string {
  const entry = messages[id];
  return withArguments(typeof entry === "string" ? entry : entry.text, args);
}

/** A message's arguments as text and numbers, for programs. */
export function plainArguments({ args }: Message): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === "number" ? value : written(value)]),
  );
}

/** What a finding's entry says beyond its text, with the arguments in place. */
export interface FindingAdvice {
  title: string;
  severity: FindingEntry["severity"];
  /** What to change in the settings of this project. */
  settings: string;
  /** What to change in manifests written by hand. */
  manifests: string;
  /** Page of the documentation, below `docs/`. */
  docs: string;
}

export function adviceOf({ id, args }: Message<FindingId>): FindingAdvice {
  const { title, severity, settings, manifests, docs }: FindingEntry = findingMessages[id];
  return { title, severity, settings: withArguments(settings, args), manifests: withArguments(manifests, args), docs };
}

export function severityOf(id: ProblemId): ProblemEntry["severity"] {
  return problemMessages[id].severity;
}

/** A text with its arguments in the place of the names in braces. */
export function withArguments(text: string, args: Message["args"]): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => {
    const value = args[name];
    return value === undefined ? gap : written(value);
  });
}

function written(value: Argument): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  return isList(value) ? value.map(written).join(", ") : textOf(value);
}

function isList(value: Argument): value is readonly Argument[] {
  return Array.isArray(value);
}
