/** One line of a query stream's events: a query answered, or a connection lost or refused. */
export type StreamEvent = { at: number } & ({ answer: string } | { failure: string });

/** What an answer tells of its way: the server that gave it, the connection, and who the server takes for its client. */
export interface Answer {
  readonly at: number;
  readonly server: string;
  readonly connection: number;
  /** Address of the gateway's pod. */
  readonly through: string;
}

/** A time without an answer. */
export interface Outage {
  readonly seconds: number;
  readonly failures: readonly string[];
  /** Whether the stream was answered again. */
  readonly over: boolean;
}

/** The statement whose answers `answerOf` reads. */
export const streamStatement =
  "SELECT name, CONNECTION_ID(), SUBSTRING_INDEX(host, ':', 1) FROM lab.identity, information_schema.processlist WHERE id = CONNECTION_ID()";

export function answersOf(events: readonly StreamEvent[]): Answer[] {
  return events.flatMap((event) => {
    if (!("answer" in event)) return [];
    const [server = "", connection = "", through = ""] = event.answer.split("\t");
    return [{ at: event.at, server, connection: Number(connection), through }];
  });
}

/** How many connections the answers came over. */
export function connectionsIn(events: readonly StreamEvent[]): number {
  return new Set(answersOf(events).map(({ connection }) => connection)).size;
}

export function firstFailure(events: readonly StreamEvent[]): StreamEvent | undefined {
  return events.find((event) => "failure" in event);
}

/** Every time between two answers in which something failed. */
export function outagesOf(events: readonly StreamEvent[]): Outage[] {
  const outages: Outage[] = [];
  let lastAnswer = events[0]?.at ?? 0;
  let failures: string[] = [];
  for (const event of events) {
    if ("failure" in event) {
      failures.push(event.failure);
      continue;
    }
    if (failures.length > 0) outages.push({ seconds: (event.at - lastAnswer) / 1000, failures, over: true });
    [lastAnswer, failures] = [event.at, []];
  }
  const end = events.at(-1)?.at ?? 0;
  return failures.length > 0 ? [...outages, { seconds: (end - lastAnswer) / 1000, failures, over: false }] : outages;
}

/** Whether an outage was over within a time. */
export function isHealed({ seconds, over }: Outage, limitSeconds: number): boolean {
  return over && seconds <= limitSeconds;
}

/** Outages as a sentence. */
export function summaryOf(outages: readonly Outage[]): string {
  if (outages.length === 0) return "no failure";
  const failures = outages.flatMap((outage) => outage.failures);
  const times = outages.map(({ seconds, over }) => `${seconds.toFixed(1)} s${over ? "" : " and still"}`);
  const what = `${failures.length} failure${failures.length === 1 ? "" : "s"}`;
  return `${what}, without an answer for ${times.join(", ")}`;
}
