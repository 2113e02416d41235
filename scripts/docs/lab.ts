import { readdirSync, readFileSync } from "node:fs";
import { experiments, scenarios } from "../../lab/scenarios/allScenarios.js";
import { everyStack, type Observation, observationsOf } from "../../lab/scenarios/observations.js";
import { standIns } from "../../lab/standIns.js";
import { protocols } from "../../settings/trafficModes.js";
import { table } from "./markdown.js";

const all = [...scenarios, ...experiments];

/** Observations that differ in the protocol only, as one line of the page. */
interface Line {
  readonly step: string;
  readonly observation: string;
  readonly title: string;
  readonly protocols: string[];
  readonly expected: Set<string>;
}

/** A title such as `tcp-direct-mysql: the client is answered`: a mode with a protocol, and what is seen of it. */
const ofProtocol = new RegExp(`^(?<mode>\\S+)-(?<protocol>${protocols.join("|")}): (?<rest>.+)$`);

function linesOf(scenario: (typeof all)[number]): Line[] {
  const lines = new Map<string, Line>();
  for (const { title: step = "", observations } of observationsOf(scenario))
    for (const { observation, title: full, expected } of observations) {
      const { mode, protocol, rest } = ofProtocol.exec(full)?.groups ?? {};
      const title = mode ? `${mode}: ${rest}` : full;
      const key = JSON.stringify([step, observation, title]);
      const line = lines.get(key) ?? { step, observation, title, protocols: [], expected: new Set() };
      if (protocol) line.protocols.push(protocol);
      line.expected.add(expected);
      lines.set(key, line);
    }
  return [...lines.values()];
}

/** A line of the lab that a page can lead to. */
export interface LabLine extends Line {
  /** `scenario letter`, as pages call it. */
  readonly name: string;
  readonly anchor: string;
}

/**
 * Every line of a scenario under an anchor made of its words: another title is another anchor. Where a scenario looks at the
 * same thing twice, the step's words tell the second from the first.
 */
function anchored(scenario: (typeof all)[number]): LabLine[] {
  const taken = new Set<string>();
  return linesOf(scenario).map((line) => {
    const name = `${scenario.name} ${line.observation}`;
    const short = slug(`${name} ${line.title}`);
    const anchor = taken.has(short) ? slug(`${name} ${line.title} ${line.step}`) : short;
    taken.add(anchor);
    return { ...line, name, anchor };
  });
}

function slug(words: string): string {
  return (
    words
      .toLowerCase()
      .replaceAll("'", "")
      .match(/[a-z0-9]+/g) ?? []
  ).join("-");
}

/** All lines the lab would show, of all scenarios. */
export function labLines(): LabLine[] {
  return all.flatMap(anchored);
}

/** What every run of the lab looks at, line by line, for other pages to lead to. */
export function labPage(): string {
  return `${[introduction, everyStackTable(), ...all.map(section)].join("\n\n")}\n`;
}

const replaced = standIns.map(({ what, by, source }) => `- ${what}, by ${by} ([${source}](../${source}))`).join("\n");

const introduction = `# What the lab looks at

\`npm run lab\` deploys each scenario by the real Pulumi engine and the official Kubernetes provider, on a real API server with Kubernetes' own controllers,
istiod, Envoy, Calico and databases, and looks. It replaces

${replaced}

These are its observations, each with what must be seen; \`npm run lab -- --list\` prints them too, and a run's \`lab-report.json\` holds what was seen, under the same names. The
table in the [README](../README.md#proof) says how many of them the last full run saw as promised.`;

function everyStackTable(): string {
  const { agreement, preview, refresh, destroy, remains } = everyStack;
  const rows = [agreement, preview, refresh, destroy, remains].map(({ title, expected }) => [title, expected]);
  return `Every scenario that is a stack shows these, too:\n\n${table(["Looked at", "Must be seen"], rows).trim()}`;
}

function section(scenario: (typeof all)[number]): string {
  const { name, title } = scenario;
  const lines = anchored(scenario);
  const steps = [...new Set(lines.map(({ step }) => step))];
  const source = sourceOf(name);
  const rarely = "onDemand" in scenario ? ", and nothing else does: a run of the whole lab leaves it out" : "";
  return [
    `## ${name}`,
    `${title}. The observations are made in [${source}](../${source}); \`npm run lab -- ${name}\` shows them${rarely}.`,
    ...steps.map((step) => stepTable(step, lines)),
  ].join("\n\n");
}

/** The file that says what a scenario looks at: the one that gives it its name. */
function sourceOf(name: string): string {
  const files = readdirSync("lab", { recursive: true, encoding: "utf8" }).map((path) => `lab/${path}`);
  const isNamed = (path: string) =>
    path.endsWith(".ts") && readFileSync(path, "utf8").includes(`\n  name: "${name}",\n`);
  const source = files.find(isNamed);
  if (!source) throw new Error(`No file below lab/ has a scenario or experiment with name: "${name}".`);
  return source;
}

function stepTable(step: string, lines: readonly LabLine[]): string {
  const own = lines.filter((line) => line.step === step);
  const withProtocols = own.some(({ protocols }) => protocols.length > 0);
  const rows = own.map(({ anchor, observation, title, protocols, expected }) => [
    `<a id="${anchor}"></a>${observation}`,
    title,
    ...(withProtocols ? [protocols.join(", ")] : []),
    [...expected].map(asCode).join("<br>"),
  ]);
  const head = ["", "Looked at", ...(withProtocols ? ["With"] : []), "Must be seen"];
  return `${step ? `**${step}**\n\n` : ""}${table(head, rows).trim()}`;
}

/** What a page would take for markup stands as code. */
function asCode(expected: Observation["expected"]): string {
  return /[[\]\\*<>|"_/]/.test(expected) ? `\`${expected}\`` : expected;
}
