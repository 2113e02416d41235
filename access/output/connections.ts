import type { ConnectionClass, ConnectionEnd, Connections, EntryAnswer } from "../model/connections.js";
import type { Analysis } from "../model/model.js";
import { namespaceOf } from "../model/namespaceOf.js";
import { blockText } from "../network/outside.js";
import type { PortAnswer } from "../network/portAnswer.js";
import type { Colors } from "./colors.js";
import { csv } from "./pairs.js";
import { inChunks } from "./chunks.js";
import { count } from "./words.js";

/** How many ends of a class a line names: JSON and CSV hold them all. */
const namedEnds = 3;
const shownLines = 400;

/** Classes with clients of some namespaces only. @param namespaces Undefined for all */
function selected({ connections }: Pick<Analysis, "connections">, namespaces?: readonly string[]): ConnectionClass[] {
  if (!namespaces) return [...connections.classes()];
  const isChosen = (place: number) => {
    const end = connections.ends[place];
    return end !== undefined && end.kind !== "outside" && namespaces.includes(end.workload.namespace);
  };
  return connections.classes().flatMap((one) => {
    const from = one.from.filter(isChosen);
    return from.length > 0 ? { ...one, from } : [];
  });
}

/** An end in words. */
export function endText(end: ConnectionEnd): string {
  if (end.kind === "workload") return `${end.workload.namespace}/${end.workload.name}`;
  if (end.kind === "new-pod") return `a new pod in ${end.workload.namespace}`;
  const { block, except } = end.addresses;
  const others = except.map(blockText);
  return others.length > 0 ? `${blockText(block)} except ${others.join(", ")}` : blockText(block);
}

function endsText({ ends }: Connections, places: readonly number[]): string {
  const names = places.slice(0, namedEnds).flatMap((place) => (ends[place] ? endText(ends[place]) : []));
  const more = places.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}`;
}

function entryText({
  object,
  to,
  protocol,
  port,
  verdict,
}: EntryAnswer): [from: string, to: string, ports: string, verdict: string] {
  const { workload } = to;
  const from = `${object.kind} ${namespaceOf(object)}/${object.metadata.name}`;
  return [from, `${workload.namespace}/${workload.name}`, `${protocol} ${port}`, verdict];
}

/** What a pair may do, in words: ports that are open, those of which it is not known, and what the network alone would allow. */
function answerText({ answer, network }: { answer: PortAnswer; network: PortAnswer }): string {
  const own = portsText(answer);
  return answer === network ? own : `${own || "none"} (network policies alone: ${portsText(network)})`;
}

function portsText({ open, unknown }: PortAnswer): string {
  return [open.isEmpty ? "" : String(open), unknown.isEmpty ? "" : `unknown: ${String(unknown)}`]
    .filter(Boolean)
    .join("; ");
}

/** Lines for the classes, each client class with its servers; then the ways into the cluster. */
export function connectionsTable(analysis: Analysis, colors: Colors, namespaces?: readonly string[]): string {
  const { connections } = analysis;
  const lines: string[] = [];
  let hidden = 0;
  for (const { from, to } of selected(analysis, namespaces)) {
    if (lines.length > shownLines) {
      hidden++;
      continue;
    }
    lines.push("", colors.bold(endsText(connections, from)));
    for (const { ends, connection } of to)
      lines.push(`  → ${endsText(connections, ends)}  ${colors.dim(answerText(connection))}`);
  }
  if (hidden > 0)
    lines.push(
      "",
      colors.dim(`… ${count(hidden, "more class", "more classes")} of clients: -o json and -o csv hold them all.`),
    );
  const entries = connections.entries
    .map(entryText)
    .map(([from, to, ports, verdict]) => `  ${from} → ${to}  ${ports}  ${verdict}`);
  return [
    colors.bold("Connections on every port of TCP, UDP and SCTP; what is not listed is blocked"),
    colors.dim("unknown: not decided by the input; for a new pod, it depends on its labels"),
    ...lines,
    ...(entries.length > 0 ? ["", colors.bold("From outside the cluster"), ...entries] : []),
  ].join("\n");
}

/** The same as rows of a table: for Markdown and for the page. */
export function connectionRows(analysis: Analysis, namespaces?: readonly string[]): string[][] {
  const { connections } = analysis;
  const classes = selected(analysis, namespaces).flatMap(({ from, to }) =>
    to.map(({ ends, connection }) => [
      endsText(connections, from),
      endsText(connections, ends),
      answerText(connection),
    ]),
  );
  const entries = connections.entries
    .map(entryText)
    .map(([from, to, ports, verdict]) => [from, to, `${ports}: ${verdict}`]);
  return [...classes, ...entries];
}

/** The classes as JSON. Places count among `ends`. */
export function connectionsDocument(analysis: Analysis, namespaces?: readonly string[]): object {
  const { connections } = analysis;
  return {
    ends: connections.ends.map(endDocument),
    classes: selected(analysis, namespaces).map(({ from, to }) => ({
      from,
      to: to.map(({ ends, connection: { answer, network } }) => ({
        ends,
        ...answerDocument(answer),
        ...(answer === network ? {} : { network: answerDocument(network) }),
      })),
    })),
    entries: connections.entries.map(({ object, to, protocol, port, verdict }) => ({
      kind: object.kind,
      namespace: namespaceOf(object),
      name: object.metadata.name,
      to: { namespace: to.workload.namespace, workload: to.workload.name, protocol, port },
      verdict,
    })),
  };
}

function endDocument(end: ConnectionEnd): object {
  if (end.kind === "outside") {
    const { block, except } = end.addresses;
    return { kind: end.kind, block: blockText(block), except: except.map(blockText) };
  }
  const { namespace, name, kind } = end.workload;
  if (end.kind === "new-pod") return { kind: end.kind, namespace };
  return { kind: end.kind, namespace, workload: name, workloadKind: kind, policies: end.policies };
}

function answerDocument({ open, unknown }: PortAnswer) {
  return { open: open.ranges(), unknown: unknown.ranges() };
}

interface PairRecord {
  from: string;
  to: string;
  open: string;
  unknown: string;
  networkOpen: string;
  networkUnknown: string;
}

/** A record for each pair with a port that is not blocked, and for each way into the cluster. */
function* pairs(analysis: Analysis, namespaces?: readonly string[]): Generator<PairRecord> {
  const { connections } = analysis;
  const names = connections.ends.map(endText);
  for (const { from, to } of selected(analysis, namespaces))
    for (const client of from)
      for (const { ends, connection } of to) {
        const { answer, network } = connection;
        const ports = [answer.open, answer.unknown, network.open, network.unknown].map(String) as [
          string,
          string,
          string,
          string,
        ];
        const [open, unknown, networkOpen, networkUnknown] = ports;
        for (const server of ends)
          if (server !== client)
            yield { from: names[client] ?? "", to: names[server] ?? "", open, unknown, networkOpen, networkUnknown };
      }
  for (const [from, to, ports, verdict] of connections.entries.map(entryText)) {
    const [open, unknown] = [verdict === "open" ? ports : "", verdict === "unknown" ? ports : ""];
    if (verdict !== "blocked") yield { from, to, open, unknown, networkOpen: open, networkUnknown: unknown };
  }
}

/** JSON Lines: a pair a line. */
export function connectionsJsonLines(analysis: Analysis, namespaces?: readonly string[]): Iterable<string> {
  const lines = function* () {
    for (const pair of pairs(analysis, namespaces)) yield `${JSON.stringify(pair)}\n`;
  };
  return inChunks(lines());
}

/** CSV with a header. */
export function connectionsCsv(analysis: Analysis, namespaces?: readonly string[]): Iterable<string> {
  return csv(["from", "to", "open", "unknown", "networkOpen", "networkUnknown"], pairs(analysis, namespaces));
}
