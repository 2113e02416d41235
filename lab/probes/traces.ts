import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { MachineName } from "../outside/outside.js";
import type { Stage, Who } from "../scenarios/stage.js";
import { asFinding, type Finding, type Probe } from "./probe.js";

/** One call, as a proxy tells the collector of it: the caller's proxy of a client's span, the called one's of a server's. */
export interface Span {
  /** Whose proxy it is. */
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly trace: string;
  readonly id: string;
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A page that several services make together, and where their spans go. */
export interface TracedPage {
  /** The machine outside that asks for it. */
  readonly from: MachineName;
  readonly url: string;
  /** curl's options. */
  readonly options: (stage: Stage) => Promise<readonly string[]>;
  /** What it shows when all of them, and the database behind the last, have answered. */
  readonly shows: RegExp;
  /** The services a request goes along, by the names in their spans. */
  readonly along: readonly string[];
  readonly collector: Who;
}

type Named = Pick<Probe, "observation" | "title">;

const requests = 5;
/** How long the mesh's settings may take to arrive at every proxy. */
const propagationMs = 20_000;
/** Envoy sends what it has every 5 s, and five spans at once. */
const flushMs = 5_500;
/** What fills the proxies' buffers makes them send sooner. */
const betweenMs = 700;
const intervalMs = 300;

/** Asks for the page several times; of each time there must be one trace, from the first service to the last. */
export function everyRequestTraced({ page, ...probe }: Named & { page: TracedPage }): Probe {
  return {
    ...probe,
    expected: `${requests} of ${requests} requests, each one trace along ${page.along.join(", ")}`,
    run: (stage) =>
      askedAgain(
        () => askFor(stage, page),
        async (asked) => tracedOf(asked, page, await collected(stage, page)),
      ),
  };
}

/** A caller brings a trace of his own, sampled as its header says: the spans must be of that one. */
export function callersTraceCarriedOn({ page, ...probe }: Named & { page: TracedPage }): Probe {
  return {
    ...probe,
    expected: `the caller's trace along ${page.along.join(", ")}`,
    run: (stage) =>
      askedAgain(
        async () => {
          const { trace, header } = traceOfCaller();
          await askOnce(stage, page, trace, header);
          return trace;
        },
        async (trace) => {
          const spans = (await collected(stage, page)).filter((span) => span.trace === trace);
          const path = pathAlong(spans, page.along);
          return { passed: path !== undefined, seen: summaryOf(spans, path) };
        },
      ),
  };
}

/** Asks for the page as before, and once with a sampled trace of the caller's; the collector must hear of none of it. */
export function noRequestTraced({ page, ...probe }: Named & { page: TracedPage }): Probe {
  return {
    ...probe,
    expected: `0 spans of ${requests + 1} requests`,
    run: async (stage) => {
      const { trace, header } = traceOfCaller();
      const asked = [trace, ...(await askFor(stage, page))];
      await askOnce(stage, page, trace, header);
      await sleep(flushMs);
      const spans = await collected(stage, page);
      const count = spans.filter((span) => asked.some((mark) => urlOf(span).includes(mark))).length;
      return { passed: count === 0, seen: `${count} spans of ${asked.length} requests` };
    },
  };
}

function traceOfCaller(): { trace: string; header: string[] } {
  const trace = randomBytes(16).toString("hex");
  return { trace, header: ["-H", `traceparent: 00-${trace}-${randomBytes(8).toString("hex")}-01`] };
}

/** Of all spans so far none is of a connection that is only TCP, however often it was opened. */
export function noSpanOf(probe: Named & { page: TracedPage; named: readonly string[] }): Probe {
  const { page, named, ...rest } = probe;
  return {
    ...rest,
    expected: `no span that names ${named.join(" or ")}`,
    run: async (stage) => {
      const spans = await collected(stage, page);
      const found = spans.filter((span) => named.some((name) => JSON.stringify(span).includes(name)));
      const evidence = found[0] ? { evidence: JSON.stringify(found[0]) } : {};
      return {
        passed: spans.length > 0 && found.length === 0,
        seen: `${found.length} of ${spans.length} spans`,
        ...evidence,
      };
    },
  };
}

function tracedOf(asked: readonly string[], { along }: TracedPage, spans: readonly Span[]): Finding {
  const traces = asked.map((mark) => traceOf(spans, mark));
  const paths = traces.map((trace) => pathAlong(trace, along));
  const complete = paths.filter((path) => path !== undefined).length;
  const seen = `${complete} of ${requests} requests; of the first ${summaryOf(traces[0] ?? [], paths[0])}`;
  return { passed: complete === requests, seen };
}

/** Asks until what was asked, this time or before, is as it must be: settings arrive late, and spans later. */
async function askedAgain<T>(ask: () => Promise<T>, judge: (asked: T) => Promise<Finding>): Promise<Finding> {
  const all: T[] = [];
  return lookFor(propagationMs, async () => {
    all.push(await ask());
    return lookFor(betweenMs, async () => {
      const findings = await Promise.all(all.map(judge));
      return findings.find(({ passed }) => passed) ?? (findings.at(-1) as Finding);
    });
  });
}

/** Looks again and again until it is as it must be, or the time is over. */
async function lookFor(patienceMs: number, look: () => Promise<Finding>): Promise<Finding> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const finding = await look().catch(asFinding);
    if (finding.passed || performance.now() > deadline) return finding;
    await sleep(intervalMs);
  }
}

function summaryOf(spans: readonly Span[], path: readonly Span[] | undefined): string {
  const steps = (path ?? []).map(({ service, kind }) => `${service} ${kind.replace("SPAN_KIND_", "").toLowerCase()}`);
  return `${spans.length} spans${path ? `: ${steps.join(" > ")}` : ", in no such chain"}`;
}

const urlOf = ({ attributes }: Span): string => attributes["http.url"] ?? "";

/** Spans of the trace that a request with this mark began. */
function traceOf(spans: readonly Span[], mark: string): Span[] {
  const first = spans.find((span) => urlOf(span).includes(mark));
  return spans.filter(({ trace }) => trace === first?.trace);
}

/**
 * The spans from the first service to the last, each the parent of the next: where it goes from one service to another,
 * a client's span and then a server's. Undefined where there is no such chain.
 */
export function pathAlong(spans: readonly Span[], along: readonly string[]): readonly Span[] | undefined {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const ends = spans.filter(({ service, kind }) => service === along.at(-1) && kind === "SPAN_KIND_SERVER");
  return ends.map((end) => ancestors(end, byId)).find((path) => isAlong(path, along));
}

function ancestors(end: Span, byId: ReadonlyMap<string, Span>): readonly Span[] {
  const parent = end.parent === undefined ? undefined : byId.get(end.parent);
  return parent ? [...ancestors(parent, byId), end] : [end];
}

function isAlong(path: readonly Span[], along: readonly string[]): boolean {
  const services = path.map(({ service }) => service).filter((service, index, all) => service !== all[index - 1]);
  const hops = path.flatMap((span, index) => {
    const before = path[index - 1];
    return before && before.service !== span.service ? [`${before.kind} ${span.kind}`] : [];
  });
  return services.join() === along.join() && hops.every((kinds) => kinds === "SPAN_KIND_CLIENT SPAN_KIND_SERVER");
}

/** Asks for the page as often as is to be looked for, all at once; returns the marks of these requests. */
async function askFor(stage: Stage, page: TracedPage): Promise<string[]> {
  const marks = Array.from({ length: requests }, () => randomBytes(8).toString("hex"));
  await Promise.all(marks.map((mark) => askOnce(stage, page, mark)));
  return marks;
}

async function askOnce(stage: Stage, page: TracedPage, mark: string, more: readonly string[] = []): Promise<void> {
  const { from, url, options, shows } = page;
  const command = ["curl", "-sS", ...(await options(stage)), ...more, `${url}?mark=${mark}`];
  const { stdout, stderr } = await stage.outside.exec(from, command);
  if (!shows.test(stdout)) throw new Error(`The page does not show what all services make together. ${stderr}`);
}

/** Everything the collector has been sent. */
async function collected(stage: Stage, { collector }: TracedPage): Promise<Span[]> {
  const log = await stage.agent.logs(stage.pod(collector).metadata ?? {}, "server");
  const lines = log.slice(0, log.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Span);
}
