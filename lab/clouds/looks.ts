import { isDeepStrictEqual } from "node:util";
import type { OpenedCloud, CloudRegion } from "../cloud/region.js";
import { definitions } from "../cloud/kinds.js";
import type { EngineError, OperationResult, ResourceChange } from "../engine/events.js";
import type { LabStack } from "../engine/stack.js";
import type { Finding, Probe } from "../probes/probe.js";
import { apiListing, leftBehind } from "../scenarios/apiListing.js";
import { deployed, noChange, onlyExpected } from "../scenarios/operationFindings.js";
import { answersBy } from "./answers.js";
import { inventoryAgainst, planOf, type Planned, remaining } from "./inventory.js";
import { allowedPods, managedMeshOptions } from "./network.js";
import { type CloudStack, furtherPair, withBrokenPromise, withFurtherDatabase, withoutProtection } from "./stacks.js";

/** A stack in a cloud of its own, and what was seen of it so far. */
export interface Opened {
  readonly stack: LabStack;
  readonly whole: CloudStack;
  readonly cloud: OpenedCloud;
  readonly region: CloudRegion;
  /** Resources of the cloud that the first preview plans. */
  planned: Planned;
  /** Who reaches what by it. */
  reach: Record<string, string>;
}

/** One thing looked at on a whole stack. */
export interface Look extends Pick<Probe, "observation" | "title" | "expected"> {
  /** Whether it is made of this stack. */
  isOf(whole: CloudStack): boolean;
  look(opened: Opened): Promise<Finding>;
}

const every = () => true;
const withReach = ({ reach }: CloudStack) => reach !== undefined;

const planned: Look = {
  observation: "preview",
  title: "a preview of the whole stack, its cloud included",
  expected: "plans cluster, mesh and all on them; an output shows who reaches the database",
  isOf: every,
  look: async (opened) => {
    const { stack, whole } = opened;
    await stack.configure(whole.config());
    const { changes, outputDiff } = await stack.preview();
    opened.planned = planOf(changes);
    const reach = (opened.reach = reachIn(outputDiff.after));
    const pair = whole.reach?.pair;
    const passed = opened.planned.length > 0 && (pair === undefined || (reach[pair] ?? "").includes("gateway"));
    const count = `${changes.length} resources, ${opened.planned.length} of them the cloud's`;
    const seen = [count, pair && `${pair}: ${reach[pair]}`];
    return { passed, seen: seen.filter(Boolean).join("; "), evidence: JSON.stringify(reach) };
  },
};

const compared: Look = {
  observation: "diff",
  title: "a preview of the stack with one more database",
  expected: "the output gains the pair that comes, and keeps the others",
  isOf: withReach,
  look: async ({ stack, whole, reach: before }) => {
    await stack.configure(withFurtherDatabase(whole.config()));
    const after = reachIn((await stack.preview()).outputDiff.after);
    return gains(before, after, furtherPair(whole.reach?.pair ?? ""));
  },
};

const refused: Look = {
  observation: "assertion",
  title: "a stack that fails an assertion of its own",
  expected: "fails preview and up with the evidence, and nothing is made in the cloud or the cluster",
  isOf: withReach,
  look: async ({ stack, whole: { config, reach }, cloud, region }) => {
    if (!reach) throw new Error("The stack has no database to assert anything about.");
    const before = await apiListing(region.cluster.kubectl);
    await stack.configure(withBrokenPromise(config(), reach));
    const said = [await refusalOf(() => stack.preview()), await refusalOf(() => stack.up())];
    const applied = leftBehind(before, await apiListing(region.cluster.kubectl)).faults;
    const made = cloud.inventory
      .read()
      .items.filter(({ urn }) => urn)
      .map(({ id }) => id);
    const isRefused = said.every((text) => text.includes("fails assertions") && text.includes(reach.pair));
    const seen = [isRefused ? "refused twice" : "not refused", ...applied, ...made].join(", ");
    return { passed: isRefused && applied.length + made.length === 0, seen, evidence: said[0] ?? "" };
  },
};

const deploys: Look = {
  observation: "up",
  title: "up of the whole stack",
  expected: "every resource of the plan is in the cloud once, and nothing else",
  isOf: ({ isInterrupted }) => !isInterrupted,
  look: async (opened) => {
    const { stack, whole, region } = opened;
    if (whole.addOn) {
      await stack.configure(whole.addOn.before(whole.config()));
      await stack.up();
      await region.cluster.kubectl(["apply", "--server-side", "-f", "-"], definitions[whole.addOn.kinds]);
    }
    await stack.configure(whole.config());
    const { seen } = deployed(await stack.up());
    return inventoryAgainst(opened, await stack.exportState(), seen);
  },
};

/** More attempts than the longest chain of resources, each of which fails once. */
const mostAttempts = 20;

const resumes: Look = {
  observation: "interrupted",
  title:
    "up, and up again, while the creation of each cloud resource fails once: half of them with nothing made, half unfinished",
  expected: "in the end every resource of the plan is in the cloud once, and nothing else",
  isOf: ({ isInterrupted }) => isInterrupted === true,
  look: async (opened) => {
    const { stack, whole, cloud } = opened;
    await stack.configure(whole.config());
    cloud.inventory.change((world) => void (world.fails = { create: "." }));
    const { attempts } = await untilDone(() => stack.up({ continueOnError: true }));
    const failed = cloud.inventory.read().failed.length;
    return inventoryAgainst(
      opened,
      await stack.exportState(),
      `${attempts} times up, ${failed} resources failed once`,
      failed,
    );
  },
};

const unchanged: Look = {
  observation: "preview",
  title: "a preview of what is deployed",
  expected: "no change",
  isOf: every,
  look: async ({ stack }) => noChange(await stack.preview()),
};

const refreshed: Look = {
  observation: "refresh",
  title: "a refresh of what is deployed",
  expected: "no change",
  isOf: every,
  look: async ({ stack }) => noChange(await stack.refresh()),
};

const addresses: Look = {
  observation: "network",
  title:
    "the pods whose address and node the cloud's firewall and the database's allow-list admit, and the address outside",
  expected: "the egress gateway's alone, but for the mesh's agent on each node; it leaves by an address of its own",
  isOf: ({ database, reach }) => database !== undefined || reach !== undefined,
  look: ({ whole, cloud, region }) => allowedPods(whole, cloud.inventory.read(), region.cluster.kubectl),
};

const options: Look = {
  observation: "mesh",
  title: "the options that the managed mesh reads, from the one ConfigMap that it does read",
  expected: "REGISTRY_ONLY, access log",
  isOf: ({ config }) => (config()["mesh"] as { kind: string }).kind === "cloud-service-mesh",
  look: ({ region }) => managedMeshOptions(region.cluster.kubectl),
};

const endpoint: Look = {
  observation: "endpoint",
  title: "the API servers, dialled from the office, from an address that no list admits, and from inside the VPC",
  expected: "each answers where the cloud lets it, where `up` runs among others",
  isOf: ({ answering }) => answering !== undefined,
  look: async ({ whole: { answering }, cloud }) => {
    const seen = await answersBy(cloud.inventory);
    return {
      passed: isDeepStrictEqual(seen, answering),
      seen: written(seen),
      evidence: `expected ${written(answering ?? {})}`,
    };
  },
};

const changed = (whole: CloudStack): Look => ({
  observation: "change",
  title: `one changed setting: ${whole.change.title}`,
  expected: [...whole.change.expect, ...unprotected(whole)].map(String).join(", "),
  isOf: every,
  look: async ({ stack, cloud }) => {
    cloud.inventory.change((world) => void (world.fails = whole.isInterrupted ? { update: "Cluster$|Instance$" } : {}));
    await stack.configure(withoutProtection(whole.config(), whole.change.cluster));
    const { changes } = await untilDone(() => stack.up());
    return onlyExpected({ changes }, [...whole.change.expect, ...unprotected(whole)]);
  },
});

/** The change that lets a stack be destroyed, as the documents say. */
function unprotected({ config }: CloudStack): RegExp[] {
  const databases = (config()["databases"] ?? []) as { name: string; provision?: object }[];
  const instances = databases.filter(({ provision }) => provision).map(({ name }) => name);
  return [
    /^update (Cluster|ManagedKubernetes) platform-cluster-cluster$/,
    ...instances.map((name) => new RegExp(`^update (Database)?Instance platform-created-${name}-instance$`)),
  ];
}

const destroyed: Look = {
  observation: "destroy",
  title: "destroy, each deletion in an order that the cloud accepts",
  expected: "nothing is left in the cloud",
  isOf: every,
  look: async ({ stack, whole, cloud }) => {
    const fails = whole.isInterrupted
      ? { delete: "Cluster$|Network$|Nat|natGateway|Instance$|ServiceMesh$|SecurityGroup$" }
      : {};
    cloud.inventory.change((world) => void (world.fails = fails));
    const { attempts } = await untilDone(() => stack.destroy());
    return remaining(whole, cloud.inventory.read(), `${attempts} times destroy`);
  },
};

/** In this order. */
export const looksOf = (whole: CloudStack): readonly Look[] =>
  [
    planned,
    compared,
    refused,
    deploys,
    resumes,
    unchanged,
    refreshed,
    addresses,
    options,
    endpoint,
    changed(whole),
    destroyed,
  ].filter(({ isOf }) => isOf(whole));

/** Repeats an operation of the engine until it ends well; says how often it was begun, and what it changed in all. */
async function untilDone(
  operation: () => Promise<OperationResult>,
): Promise<{ attempts: number; changes: ResourceChange[] }> {
  const changes: ResourceChange[] = [];
  for (let attempts = 1; ; attempts++) {
    try {
      const result = await operation();
      return { attempts, changes: [...changes, ...result.changes] };
    } catch (error) {
      const { message, changes: before = [] } = error as EngineError;
      if (attempts >= mostAttempts || !/quota exceeded|to become ready|503: the service/.test(message)) throw error;
      changes.push(...before);
    }
  }
}

const written = (answering: object): string =>
  Object.entries(answering)
    .map(([from, names]) => `${from}: ${(names as string[]).join(", ") || "none"}`)
    .join("; ");

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
