import { message, type MessageId, textOf } from "../messages/index.js";
import type { Source } from "../model/model.js";
import type { Allowed, Seen, Usage } from "../usage/usage.js";
import { type Colors } from "./colors.js";
import { csv } from "./pairs.js";
import { placeText } from "./places.js";
import { count } from "./words.js";

/** Where the input allows a client a database, for the line to take away. */
export type AllowedAt = (allowed: Allowed) => Source | undefined;

const shownEntries = 100;

/** Usage as a terminal shows it: what should not be possible first. */
export function usageTable(usage: Usage, colors: Colors, allowedAt: AllowedAt = () => undefined): string {
  const { impossible, used, neverUsed, maybeUsed, refused, failed } = usage;
  if (usage.connections === 0) return textOf(message("usage-no-log"));
  const seen = (entries: readonly Seen[]) => entries.map((entry) => seenLine(entry));
  const sections = [
    section("usage-impossible", seen(impossible), colors.red),
    section("usage-used", seen(used), colors.green),
    section(
      "usage-never-used",
      neverUsed.map((entry) => allowedLine(entry, allowedAt(entry))),
      colors.yellow,
    ),
    section(
      "usage-maybe-used",
      maybeUsed.map((entry) => allowedLine(entry, undefined)),
      colors.yellow,
    ),
    section("usage-refused", seen(refused), colors.yellow),
    section("usage-failed", seen(failed), colors.yellow),
  ];
  const why = impossible.length > 0 ? ["", textOf(message("usage-impossible-why"))] : [];
  const { connections, first, last, otherLines } = usage;
  const other = otherLines > 0 ? `; ${count(otherLines, "line")} of other content` : "";
  const heading = `${count(connections, "connection")} from ${first} to ${last}${other}`;
  return [heading, ...sections.flat(), ...why].join("\n");
}

function section(id: MessageId, lines: readonly string[], color: (text: string) => string): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - shownEntries;
  return [
    "",
    color(`${textOf({ id, args: {} })} (${lines.length})`),
    ...lines.slice(0, shownEntries),
    ...(more > 0 ? [`  … and ${more} more: -o json has all of them`] : []),
  ];
}

function seenLine({ connections, received, sent, last, reason, ...pair }: Seen): string {
  const facts = [
    count(connections, "connection"),
    `last ${last}`,
    ...(reason ? [reason] : [`${size(received)} in, ${size(sent)} out`]),
  ];
  return `  ${clientText(pair.client)} -> ${targetText(pair)}  ${facts.join(", ")}`;
}

function allowedLine(allowed: Allowed, place: Source | undefined): string {
  const { client, workloads } = allowed;
  const remove = place
    ? `  ${textOf(message("usage-remove", { account: client.serviceAccount, place: placeText(place) ?? "" }))}`
    : "";
  return `  ${clientText(client)} -> ${targetText(allowed)}  (${workloads.join(", ")})${remove}`;
}

/** A client as the report names it. */
export function clientText({ namespace, serviceAccount, identity }: Seen["client"]): string {
  if (namespace !== undefined) return `${namespace}/${serviceAccount}`;
  return identity ?? textOf(message("usage-no-client"));
}

function targetText({ host, port, database }: Pick<Seen, "host" | "port" | "database">): string {
  return `${host}${port === undefined ? "" : `:${port}`}${database === undefined ? "" : ` (${database})`}`;
}

/** Bytes in the largest unit that keeps a digit before the point. */
function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  return `${(bytes / 2 ** (10 * power)).toLocaleString("en", { maximumFractionDigits: 1 })} ${units[power]}`;
}

const columns = [
  ...(["kind", "namespace", "serviceAccount", "identity", "host", "port", "database"] as const),
  ...(["connections", "received", "sent", "first", "last", "reason", "allowedAt"] as const),
] as const;

/** Usage as CSV, one line for each pair and how it ended. */
export function usageCsv(usage: Usage, allowedAt: AllowedAt = () => undefined): Iterable<string> {
  const { connections: _, first: _first, last: _last, otherLines: _lines, ...lists } = usage;
  const records = Object.entries(lists).flatMap(([kind, entries]) =>
    entries.map((entry) => ({
      ...Object.fromEntries(columns.map((name) => [name, undefined])),
      ...entry,
      ...entry.client,
      kind,
      allowedAt: "workloads" in entry ? placeText(allowedAt(entry)) : undefined,
    })),
  );
  return csv(columns, records as Record<(typeof columns)[number], unknown>[]);
}
