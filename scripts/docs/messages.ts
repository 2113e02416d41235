import { assertionMessages } from "../../access/messages/assertionMessages.js";
import { assumptionMessages } from "../../access/messages/assumptionMessages.js";
import { commandMessages } from "../../access/messages/cliMessages.js";
import { type FindingEntry, findingMessages } from "../../access/messages/findingMessages.js";
import { meshMessages } from "../../access/messages/meshMessages.js";
import { networkMessages } from "../../access/messages/networkMessages.js";
import { problemMessages } from "../../access/messages/problemMessages.js";
import { validationMessages } from "../../access/messages/validationMessages.js";
import { workloadMessages } from "../../access/messages/workloadMessages.js";
import { refusals } from "../../settings/settingsMessages.js";
import { table } from "./markdown.js";

const severities: FindingEntry["severity"][] = ["high", "medium", "low", "info"];

/** Page of every message, by its id. Reports link to it. */
export function messagesPage(): string {
  return [
    "# Messages",
    "Every message has a stable id, which JSON, SARIF and the other reports carry. Names in braces are filled in.",
    "## Findings",
    "What a whole mesh does that no single pair of workload and database shows, the most harmful first.",
    ...severities.flatMap((severity) =>
      Object.entries<FindingEntry>(findingMessages).flatMap(([id, entry]) =>
        entry.severity === severity ? [findingSection(id, entry)] : [],
      ),
    ),
    "## Problems of the input",
    "The rest of the input is analysed all the same. An error makes the command exit with 1.",
    rows(Object.entries(problemMessages).map(([id, { severity, text }]) => [id, `**${severity}** ${text}`])),
    "## Failed assertions",
    rows(Object.entries(assertionMessages)),
    "## Assumptions",
    "What the verdicts rest on where the input says nothing.",
    rows(Object.entries(assumptionMessages)),
    "## Commands",
    rows(Object.entries(commandMessages)),
    "## Settings",
    "Wrong values of a stack file. The key, the value and the line come first.",
    rows(Object.entries(refusals).map(([id, { reason, instead }]) => [id, `${reason}. ${instead}.`])),
    "## Evidence",
    "Clauses behind a verdict. Each follows the object and the field that it is about.",
    ...evidence("Workloads", workloadMessages),
    ...evidence("Mesh path", meshMessages),
    ...evidence("Sidecar bypass", networkMessages),
    ...evidence("Objects that the API server refuses", validationMessages),
    "",
  ].join("\n\n");
}

function findingSection(id: string, { severity, title, text, settings, manifests, docs }: FindingEntry): string {
  return [
    `<a id="${id}"></a>`,
    `### ${title}`,
    `\`${id}\`, ${severity}`,
    text,
    `- In the settings: ${settings}\n- In manifests: ${manifests}\n- More: [${docs}](${docs})`,
  ].join("\n\n");
}

const evidence = (title: string, messages: Record<string, string>): string[] => [
  `### ${title}`,
  rows(Object.entries(messages)),
];

/** A table in which each id can be linked to. */
function rows(messages: (readonly [string, string])[]): string {
  const cells = messages.map(([id, text]) => [`<a id="${id}"></a>\`${id}\``, escaped(text)]);
  return table(["id", "message"], cells).trim();
}

/** Angle brackets would be tags. */
const escaped = (text: string): string => text.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
