import type { IstioctlMessage } from "../mesh/istioctl.js";
import type { MutationRecord } from "./mutationsExperiment.js";

/** What the report keeps of the mutations. */
export interface MutationsData {
  readonly seed: number;
  readonly mutations: readonly MutationRecord[];
}

const introduction = `# Against istioctl analyze

\`istioctl analyze\` checks Istio's objects one at a time or in pairs. The access analysis of this project asks another question:
who reaches which database, by which path. Here both read the same manifests, and the lab says who is right: every
configuration was applied to a real mesh, and every workload tried every database, through its sidecar and bypassing it.

A configuration *changes reach* when any of these connections ends otherwise than in the configuration it varies.
\`istioctl analyze\` *speaks* when it reports something it does not report of that configuration. To speak of a change that changes
no reach is not wrong in itself, for a misspelt object deserves a word; it is counted because it does not distinguish the two.
`;

type Effect = "opens" | "closes" | "misroutes" | "another path" | "none";
const effects: Record<Effect, string> = {
  opens: "lets somebody in who was out",
  closes: "cuts somebody off",
  misroutes: "leads somebody to another server",
  "another path": "leads by another path, or ends in another way",
  none: "changes no reach",
};

/** How the connections end that show an effect. */
const tellingEnd: Record<Effect, string> = {
  opens: "answers",
  closes: "blocked",
  misroutes: "misrouted",
  "another path": "",
  none: "",
};

/** A mutation beside the configuration it varies. */
interface Compared {
  readonly record: MutationRecord;
  readonly changed: readonly string[];
  readonly effect: Effect;
  readonly spoken: readonly IstioctlMessage[];
}

/** The page on what the access analysis and istioctl find, from a run of the lab. */
export function againstIstioctl({ seed, mutations }: MutationsData): string {
  const compared = mutations.filter(({ number }) => number > 0).flatMap((record) => compareOne(record, mutations));
  return [introduction, summary(compared, seed), counts(compared), ...examples(compared)].join("\n");
}

function compareOne(record: MutationRecord, all: readonly MutationRecord[]): Compared[] {
  const base = all.find(({ group, number }) => group === record.group && number === 0);
  if (!base) return [];
  const changes = Object.entries(record.reach).filter(([pair, seen]) => base.reach[pair] !== seen);
  const effect = effectOf(changes, base);
  // What gives the change its name comes first.
  const end = tellingEnd[effect];
  const telling = ([pair, seen]: readonly [string, string]): boolean =>
    seen.startsWith(end) && base.reach[pair]?.startsWith(end) !== true;
  const ordered = [...changes.filter(telling), ...changes.filter((change) => !telling(change))];
  const changed = ordered.map(([pair, seen]) => `${pair}: ${base.reach[pair]}, now ${seen}`);
  const known = new Set(base.istioctl.map(textOf));
  const spoken = record.istioctl.filter((message) => !known.has(textOf(message)));
  return [{ record, changed, effect, spoken }];
}

function effectOf(changes: readonly [string, string][], base: MutationRecord): Effect {
  if (changes.length === 0) return "none";
  const is = (what: string) => (text: string | undefined) => text?.startsWith(what) === true;
  if (changes.some(([pair, seen]) => is("answers")(seen) && !is("answers")(base.reach[pair]))) return "opens";
  if (changes.some(([pair, seen]) => is("misrouted")(seen) && !is("misrouted")(base.reach[pair]))) return "misroutes";
  if (changes.some(([pair, seen]) => is("blocked")(seen) && is("answers")(base.reach[pair]))) return "closes";
  return "another path";
}

const textOf = ({ code, origin, message }: IstioctlMessage): string => `${code} ${origin} ${message}`;

function summary(compared: readonly Compared[], seed: number): string {
  const tried = compared.reduce((sum, { record }) => sum + record.compared, 0);
  const wrong = compared.reduce((sum, { record }) => sum + record.disagreements.length, 0);
  const undecided = compared.reduce((sum, { record }) => sum + record.undecided.length, 0);
  const changing = compared.filter(({ effect }) => effect !== "none");
  const silent = changing.filter(({ spoken }) => spoken.length === 0);
  return `## In numbers

${compared.length} configurations (seed ${seed}), ${tried + undecided} connections. The access analysis predicted ${tried - wrong} of them as they
ended, ${wrong} otherwise, and said of ${undecided} that it cannot tell. ${changing.length} configurations change reach; of
${silent.length} of these \`istioctl analyze\` says nothing.
`;
}

function counts(compared: readonly Compared[]): string {
  const rows = (Object.keys(effects) as Effect[]).map((effect) => {
    const of = compared.filter((one) => one.effect === effect);
    const spoke = of.filter(({ spoken }) => spoken.length > 0).length;
    const right = of.filter(({ record }) => record.disagreements.length === 0 && record.undecided.length === 0).length;
    return `| ${effects[effect]} | ${of.length} | ${right} | ${of.length - right} | ${spoke} | ${of.length - spoke} |`;
  });
  return [
    "| the change | configurations | access analysis: all told rightly | not all | istioctl: speaks | says nothing |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

const examplesEach = 6;

function examples(compared: readonly Compared[]): string[] {
  const silent = (effect: Effect): Compared[] =>
    compared.filter((one) => one.effect === effect && one.spoken.length === 0).slice(0, examplesEach);
  const spoken = compared.filter(({ effect, spoken: found }) => effect !== "none" && found.length > 0);
  const idle = compared.filter(({ effect, spoken: found }) => effect === "none" && found.length > 0);
  return [
    section("It says nothing, and somebody is let in", silent("opens"), reachOf),
    section("It says nothing, and somebody meets another server", silent("misroutes"), reachOf),
    section("It says nothing, and somebody is cut off", silent("closes"), reachOf),
    section("It speaks, and reach changes", spoken.slice(0, examplesEach), spokenOf),
    section("It speaks, and no reach changes", idle.slice(0, examplesEach), spokenOf),
  ];
}

function section(title: string, list: readonly Compared[], tell: (one: Compared) => string): string {
  if (list.length === 0) return `## ${title}\n\nNone of the configurations.\n`;
  const rows = list.map((one) => `| ${cell(one.record.steps.join("; "))} | ${cell(tell(one))} |`);
  return [`## ${title}`, "", "| the change | what follows |", "| --- | --- |", ...rows, ""].join("\n");
}

function reachOf({ changed }: Compared): string {
  const [first = "", ...others] = changed;
  return others.length > 0 ? `${first}, and ${others.length} more` : first;
}

function spokenOf({ spoken }: Compared): string {
  return [...new Set(spoken.map(({ code, level, message }) => `${code} (${level}): ${message}`))]
    .slice(0, 2)
    .join("; ");
}

/** Text that cannot break a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("*", "\\*");
}
