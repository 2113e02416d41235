import type { LabStack } from "../engine/stack.js";
import type { Finding, Probe } from "../probes/probe.js";
import { apiListing, leftBehind } from "../scenarios/apiListing.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import { type CloudStack, furtherPair, withBrokenPromise, withFurtherDatabase } from "./stacks.js";

/** One thing looked at on a whole stack. */
export interface Look extends Pick<Probe, "observation" | "title" | "expected"> {
  /** Whether it is about a database. */
  readonly needsDatabase: boolean;
  look(stack: LabStack, whole: CloudStack, lab: RunningLab): Promise<Finding>;
}

const planned: Look = {
  observation: "preview",
  title: "a preview of the whole stack, its cloud included",
  expected: "plans cluster, mesh and all on them; an output shows who reaches the database",
  needsDatabase: false,
  look: async (stack, whole) => {
    await stack.configure(whole.config());
    const { changes, outputDiff } = await stack.preview();
    const clouds = changes.filter(({ type }) => /^(gcp|alicloud):/.test(type)).length;
    const reach = reachIn(outputDiff.after);
    const pair = whole.reach?.pair;
    const passed = clouds > 0 && (pair === undefined || (reach[pair] ?? "").includes("gateway"));
    const seen = [`${changes.length} resources, ${clouds} of them the cloud's`, pair && `${pair}: ${reach[pair]}`];
    return { passed, seen: seen.filter(Boolean).join("; "), evidence: JSON.stringify(reach) };
  },
};

const compared: Look = {
  observation: "diff",
  title: "a preview of the stack with one more database",
  expected: "the output gains the pair that comes, and keeps the others",
  needsDatabase: true,
  look: async (stack, whole) => {
    await stack.configure(whole.config());
    const before = reachIn((await stack.preview()).outputDiff.after);
    await stack.configure(withFurtherDatabase(whole.config()));
    const after = reachIn((await stack.preview()).outputDiff.after);
    return gains(before, after, furtherPair(whole.reach?.pair ?? ""));
  },
};

const refused: Look = {
  observation: "promise",
  title: "a stack that breaks a promise of its own",
  expected: "fails preview and up with the evidence, and nothing is applied",
  needsDatabase: true,
  look: async (stack, { config, reach }, { stage }) => {
    if (!reach) throw new Error("The stack has no database to promise anything about.");
    const before = await apiListing(stage.kubectl);
    await stack.configure(withBrokenPromise(config(), reach));
    const said = [await refusalOf(() => stack.preview()), await refusalOf(() => stack.up())];
    const applied = leftBehind(before, await apiListing(stage.kubectl)).faults;
    const isRefused = said.every((text) => text.includes("fails assertions") && text.includes(reach.pair));
    const seen = isRefused ? "refused twice" : "not refused";
    return { passed: isRefused && applied.length === 0, seen: [seen, ...applied].join(", "), evidence: said[0] ?? "" };
  },
};

/** In this order; none changes the cluster. */
export const looks: readonly Look[] = [planned, compared, refused];

/** The output that says who reaches what. */
function reachIn(outputs: Record<string, unknown>): Record<string, string> {
  return (outputs["access"] ?? {}) as Record<string, string>;
}

/** Whether one pair came, and nothing else happened. */
function gains(before: Record<string, string>, after: Record<string, string>, pair: string): Finding {
  const gained = Object.keys(after).filter((key) => after[key] !== before[key]);
  const lost = Object.keys(before).filter((key) => !(key in after));
  const seen = [...gained.map((key) => `+ ${key}: ${after[key]}`), ...lost.map((key) => `- ${key}`)];
  return { passed: gained.length === 1 && gained[0] === pair && lost.length === 0, seen: seen.join(", ") };
}

async function refusalOf(operation: () => Promise<unknown>): Promise<string> {
  return operation().then(
    () => "",
    (error: Error) => error.message,
  );
}
