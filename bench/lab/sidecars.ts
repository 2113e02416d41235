import { setTimeout as sleep } from "node:timers/promises";
import { blueprintOf, manifestsOf } from "../../components/blueprint.js";
import type { Manifest } from "../../components/manifest.js";
import { addFixtures, type FixtureNamespace } from "../../lab/scenarios/fixtures.js";
import { settled } from "../../lab/scenarios/settled.js";
import type { Who } from "../../lab/scenarios/stage.js";
import type { GatewaySettings } from "../../settings/gateway.js";
import { loadSettings } from "../../settings/load.js";
import type { Comparison, Goal, Growth, Unit } from "../figures.js";
import { databaseName, generatedSettings, namespacesOf } from "../generatedStack.js";
import { growthExponent, median } from "../statistics.js";
import { mysqlAt } from "./addresses.js";
import { type Bed, clients, drainDuration, gateways, hosts, recipeFirstPort, recipeGatewayManifests } from "./bed.js";
import type { BedBench, BedPart } from "./bedPart.js";
import type { ProxySize } from "./proxy.js";
import { recipeFor } from "./recipe.js";
import { gatewayConfiguration, gatewayMemory, ourStyle } from "./sidecarFigures.js";

/** How often one more database is added and taken away. */
const rounds = 3;
/** What istiod does for a change is done after this time. */
const quietMs = 3_000;
const usablePatienceMs = 30_000;
/** Looked at for so long, an open connection is cut or stays: more than twice the gateways' drain duration. */
const holdMs = 12_000;
/** Exponents of growth that count as none, and as linear. */
const [flat, linear] = [0.1, 1.1];

/** A client of the first namespace's databases, which are ten whatever the size. */
const member: Who = { namespace: "team-0", labels: { app: "app-0" } };

/** One way to write a database's resources. */
interface Style {
  name: string;
  /** Numbers of databases it is looked at with. */
  sizes: readonly number[];
  gateway: Who;
  /** What the bed's stack says of the gateway. */
  settings: object;
  all: (databases: number) => Manifest[];
  oneMore: (databases: number) => Manifest[];
  /** Of the database that is added. */
  host: string;
  /** A connection to another database, which stays open meanwhile. */
  held: { from: Who; host: string };
}

/** Where a gateway's configuration grows with the square of the databases, more would not fit into its memory. */
const fewSizes = [10, 100];

function ours(callersPolicy: GatewaySettings["callersPolicy"], sizes: readonly number[]): Style {
  const gateway = { callersPolicy };
  return {
    name: ourStyle(callersPolicy),
    sizes,
    gateway: gateways.ours,
    settings: gateway,
    all: (databases) =>
      databaseManifests({ ...generatedSettings({ databases }), gateway }, ["database-", "flow-gateway-"]),
    oneMore: () =>
      databaseManifests({ ...generatedSettings({ databases: 1 }), gateway, databases: [added] }, ["added"]),
    host: added.host,
    held: { from: clients.ours, host: hosts.mtls },
  };
}

const added = {
  name: "added",
  host: hosts.oneMore,
  protocol: "mysql",
  clients: [{ namespace: member.namespace, serviceAccounts: ["app-0"] }],
};

const perDatabase = ours("perDatabase", fewSizes);
const shared = ours("shared", [...fewSizes, 1_000]);

const recipe: Style = {
  name: "recipe",
  sizes: fewSizes,
  gateway: gateways.recipe,
  settings: {},
  all: (databases) => [...recipeGatewayManifests(portsFor(databases)), ...pasted(databases)],
  // Each database has a port of the gateway, so the Service changes with it.
  oneMore: (databases) => [
    ...recipeGatewayManifests(portsFor(databases + 1)).filter(({ kind }) => kind === "Service"),
    ...recipeFor({
      name: "one-more",
      host: hosts.oneMoreRecipe,
      clientNamespace: member.namespace,
      gatewayPort: recipeFirstPort + databases + 1,
    }),
  ],
  host: hosts.oneMoreRecipe,
  held: { from: clients.recipe, host: hosts.recipe },
};

/** The last one stays: nothing is measured after it. */
const styles = [recipe, perDatabase, shared];

const portsFor = (databases: number): number[] => Array.from({ length: databases + 1 }, (_, i) => recipeFirstPort + i);

function pasted(databases: number): Manifest[] {
  return Array.from({ length: databases }, (_, index) =>
    recipeFor({
      name: databaseName(index),
      host: `${databaseName(index)}.example.com`,
      clientNamespace: `team-${index % namespacesOf(databases)}`,
      gatewayPort: recipeFirstPort + 1 + index,
    }),
  ).flat();
}

/** What our databases bring to the gateway's and the clients' namespaces, which have pods already. */
function databaseManifests(settings: Record<string, unknown>, parts: string[]): Manifest[] {
  return manifestsOf(blueprintOf(loadSettings(settings))).filter(
    ({ kind, metadata: { name, namespace } }) =>
      parts.some((part) => name.includes(part)) && (kind !== "NetworkPolicy" || namespace === gateways.ours.namespace),
  );
}

/** What one more database did. */
interface Change {
  usableSeconds: number;
  istiodCpuSeconds: number;
  bystanderUpdates: number;
  restarts: number;
  servicesTouched: number;
  /** Connections to another database that were cut, of the one that was open; only where it was looked for. */
  cut?: number;
}

interface Measurement {
  size: number;
  member: ProxySize;
  bystander: ProxySize;
  gateway: ProxySize;
  changes: Change[];
}

/** What proxies and control plane have to hold and to do. */
export const sidecarsPart: BedPart = {
  name: "sidecars",
  title: "Sidecars, gateway and control plane",
  minutes: 12,
  method:
    "The documents' recipe, pasted once per database with its names and port replaced, and ours with either " +
    "`gateway.callersPolicy`, on one mesh one after the other, with fresh proxies each: databases spread over up to a " +
    "hundred namespaces. Looked at are the sidecar of a client of its own namespace's databases (ten, whatever the " +
    "size), that of a bystander who may use none, the gateway, and what one more database does, added and removed up to " +
    `${rounds} times. Once at each size a connection to another database is held open meanwhile; both gateways drain ` +
    `for ${drainDuration} instead of Istio's 45s, and it is looked at for ${holdMs / 1000} s. ` +
    "The recipe and `perDatabase` stop at 100 databases: what their gateway holds grows with the square, to more than a " +
    "gigabyte of configuration at 1,000.",
  run: async (bed, bench) => {
    const results: Results = new Map();
    const left: string[] = [];
    await addFixtures(bed.stage, teamNamespaces(Math.max(...styles.flatMap(({ sizes }) => sizes))));
    for (const style of styles) {
      const measurements: Measurement[] = [];
      results.set(style, measurements);
      try {
        await measureStyle(bed, style, bench, { measurements, left });
      } catch (error) {
        bench.tell(`${style.name} failed, what was measured before counts: ${String(error)}`);
        left.push(`${style.name}, after ${measurements.length} of ${style.sizes.length} sizes`);
      }
    }
    return {
      figures: [...sizeFigures(results), changeFigure(results)],
      goals: goals(results),
      notes: [...notes(results), ...(left.length > 0 ? [`Not measured: ${left.join("; ")}.`] : [])],
    };
  },
};

function teamNamespaces(databases: number): FixtureNamespace[] {
  return Array.from({ length: namespacesOf(databases) }, (_, index) => ({
    name: `team-${index}`,
    injection: true,
    workloads: index === 0 ? [{ name: "app-0" }] : [],
  }));
}

async function measureStyle(
  bed: Bed,
  style: Style,
  { largest, budget, tell, repeats }: BedBench,
  { measurements, left }: { measurements: Measurement[]; left: string[] },
): Promise<void> {
  const state = { applied: [] as Manifest[], sizeSeconds: 0, lastSize: 0 };
  await bed.configure({ gateway: style.settings });
  await freshProxies(bed, style.gateway);
  for (const size of style.sizes.filter((each) => each <= largest)) {
    // Objects are what takes time, and a user's patience is not what is measured here.
    if (!budget.allows({ seconds: (state.sizeSeconds * size) / Math.max(1, state.lastSize) / 2 })) {
      left.push(`${style.name}, ${size} databases`);
      continue;
    }
    const began = performance.now();
    const manifests = style.all(size);
    await bed.remove(state.applied.filter((old) => !manifests.some((each) => isSame(each, old))));
    await bed.apply(manifests);
    state.applied = manifests;
    await atRest(bed);
    Object.assign(state, { sizeSeconds: (performance.now() - began) / 1000, lastSize: size });
    tell(`${style.name}, ${size} databases: ${manifests.length} objects in ${state.sizeSeconds.toFixed(0)} s`);
    const [own, other, gateway] = [member, clients.bystander, style.gateway].map((who) => bed.proxyOf(who));
    if (!own || !other || !gateway) throw new Error("A proxy to measure is missing.");
    const sized = { member: await own.size(), bystander: await other.size(), gateway: await gateway.size() };
    const changes: Change[] = [];
    for (let round = 1; round <= repeats(rounds) && (round === 1 || budget.allows({ seconds: changeSeconds })); round++)
      changes.push(await addOneMore(bed, style, size, round === 1));
    measurements.push({ size, ...sized, changes });
    tell(
      `${style.name}, ${size} databases: sidecar ${sized.member.configKiB.toFixed(0)} KiB, gateway ` +
        `${sized.gateway.configKiB.toFixed(0)} KiB and ${sized.gateway.memoryMiB.toFixed(0)} MiB, usable after ` +
        `${median(changes.map(({ usableSeconds }) => usableSeconds)).toFixed(2)} s, ${changes[0]?.cut ?? 0} cut; ` +
        `${budget.secondsLeft().toFixed(0)} s left`,
    );
  }
  if (style !== styles.at(-1)) {
    const standing = recipeGatewayManifests([recipeFirstPort]);
    await bed.remove(state.applied.filter((old) => !standing.some((each) => isSame(each, old))));
    await bed.apply(standing);
    await atRest(bed);
  }
}

/** One more database, added and removed again. */
const changeSeconds = 20;

/** A proxy keeps the memory it once had, so each style gets new ones. */
async function freshProxies({ stage }: Bed, gateway: Who): Promise<void> {
  const deployments = [
    { namespace: member.namespace, name: "app-0" },
    { namespace: clients.bystander.namespace, name: "client" },
    { namespace: gateway.namespace, name: gateway.labels["istio"] ?? "" },
  ];
  await Promise.all(
    deployments.map(async ({ namespace, name }) => {
      const deployment = ["-n", namespace, `deployment/${name}`];
      await stage.kubectl(["rollout", "restart", ...deployment]);
      await stage.kubectl(["rollout", "status", "--timeout=120s", ...deployment]);
    }),
  );
}

/** istiod uses less of a core than this when there is nothing to send. */
const restingShare = 0.1;
const restPatienceMs = 180_000;

/** Waits until istiod has nothing left to do, and every proxy has what it sent. */
async function atRest(bed: Bed): Promise<void> {
  const deadline = performance.now() + restPatienceMs;
  for (let busy = 1; busy > restingShare && performance.now() < deadline;) {
    const before = bed.istiodCpuSeconds();
    await sleep(1_000);
    busy = bed.istiodCpuSeconds() - before;
  }
  await settled(bed.stage);
}

const isSame = (one: Manifest, other: Manifest): boolean =>
  one.kind === other.kind &&
  one.metadata.name === other.metadata.name &&
  one.metadata.namespace === other.metadata.namespace;

async function addOneMore(bed: Bed, style: Style, size: number, isHolding: boolean): Promise<Change> {
  const before = await stateOf(bed);
  const holding = isHolding ? hold(bed, style) : undefined;
  const idle = bed.istiodCpuSeconds();
  await sleep(quietMs);
  const began = bed.istiodCpuSeconds();
  const options = ["-until", `${usablePatienceMs}ms`];
  const usable = bed.client(member, mysqlAt(style.host), options, usablePatienceMs + 5_000);
  const appliedAt = Date.now();
  const manifests = style.oneMore(size);
  await bed.apply(manifests);
  const usableSeconds = (Number(await usable) - appliedAt) / 1000;
  await sleep(Math.max(0, quietMs - (Date.now() - appliedAt)));
  const istiodCpuSeconds = toTicks(bed.istiodCpuSeconds() - began - (began - idle));
  const after = await stateOf(bed);
  const held = await holding;
  await bed.remove(manifests.filter(({ kind }) => kind !== "Service"));
  await bed.apply(style.all(size).filter(({ kind }) => kind === "Service"));
  await atRest(bed);
  return {
    usableSeconds,
    istiodCpuSeconds: Math.max(0, istiodCpuSeconds),
    bystanderUpdates: after.updates - before.updates,
    restarts: after.pids.filter((pid, index) => pid !== before.pids[index]).length,
    servicesTouched: after.services.filter((service) => !before.services.includes(service)).length,
    ...(held === undefined ? {} : { cut: held < lastsSeconds ? 1 : 0 }),
  };
}

const lastsSeconds = (quietMs + holdMs) / 1000;

/** Keeps a connection to another database in use, from before the change to well after it. Returns how long it answered. */
async function hold(bed: Bed, { held }: Style): Promise<number> {
  const options = ["-hold", `${lastsSeconds}s`];
  return Number(await bed.client(held.from, mysqlAt(held.host), options, lastsSeconds * 1000 + 10_000));
}

/** The kernel counts in hundredths of a second. */
const toTicks = (seconds: number): number => Math.round(seconds * 100) / 100;

/** All that one more database should leave as it is. */
async function stateOf(bed: Bed): Promise<{ updates: number; pids: number[]; services: string[] }> {
  const proxies = [clients.bystander, member, gateways.ours, gateways.recipe].map((who) => bed.proxyOf(who));
  const columns = "jsonpath={range .items[*]}{.metadata.uid} {.metadata.resourceVersion}{'\\n'}{end}";
  const services = await bed.stage.kubectl(["get", "services", "--all-namespaces", "-o", columns]);
  const updates = (await proxies[0]?.updates()) ?? NaN;
  return { updates, pids: proxies.map(({ pid }) => pid), services: services.trim().split("\n") };
}

type Results = Map<Style, Measurement[]>;

function growth(results: Results, title: string, unit: Unit, values: (measurement: Measurement) => number[]): Growth {
  const series = [...results].map(([{ name }, measurements]) => ({
    name,
    points: measurements.map((measurement) => ({ size: measurement.size, samples: values(measurement) })),
  }));
  return { kind: "growth", title, size: "databases", unit, series };
}

function sizeFigures(results: Results): Growth[] {
  const of = (who: "member" | "bystander" | "gateway", what: keyof ProxySize) => (each: Measurement) => [
    each[who][what],
  ];
  return [
    growth(results, "Configuration of a client's sidecar", "KiB", of("member", "configKiB")),
    growth(results, "Clusters of a client's sidecar", "", of("member", "clusters")),
    growth(results, "Listeners of a client's sidecar", "", of("member", "listeners")),
    growth(results, "Memory of a client's sidecar", "MiB", of("member", "memoryMiB")),
    growth(results, "Configuration of a bystander's sidecar", "KiB", of("bystander", "configKiB")),
    growth(results, gatewayConfiguration, "KiB", of("gateway", "configKiB")),
    growth(results, gatewayMemory, "MiB", of("gateway", "memoryMiB")),
    growth(results, "One more database: until it is usable", "s", changesOf("usableSeconds")),
    growth(results, "One more database: CPU of istiod", "s", changesOf("istiodCpuSeconds")),
  ];
}

const changesOf =
  (what: keyof Change) =>
  ({ changes }: Measurement): number[] =>
    changes.flatMap((change) => change[what] ?? []);

function changeFigure(results: Results): Comparison {
  const aspects: [keyof Change, string][] = [
    ["bystanderUpdates", "updates sent to a bystander's sidecar"],
    ["servicesTouched", "Services changed"],
    ["restarts", "proxies restarted"],
    ["cut", "open connections to other databases cut, of one"],
  ];
  return {
    kind: "comparison",
    title: "What one more database does to others",
    baseline: recipe.name,
    rows: aspects.map(([what, name]) => ({
      name,
      unit: "",
      ways: [...results].map(([style, measurements]) => ({
        name: style.name,
        samples: measurements.flatMap(changesOf(what)),
      })),
    })),
  };
}

function goals(results: Results): Goal[] {
  const own = [perDatabase, shared].flatMap((style) => results.get(style) ?? []);
  const ofShared = results.get(shared) ?? [];
  const changes = own.flatMap((each) => each.changes);
  const sum = (what: keyof Change, all = changes) => all.reduce((total, change) => total + (change[what] ?? 0), 0);
  const [updates, restarts, services] = [sum("bystanderUpdates"), sum("restarts"), sum("servicesTouched")];
  const cut = sum(
    "cut",
    ofShared.flatMap((each) => each.changes),
  );
  return [
    growthGoal("A sidecar's configuration does not grow with other people's databases", ofShared, {
      value: ({ bystander }) => bystander.configKiB,
      most: flat,
    }),
    growthGoal("The gateway's configuration grows no worse than linearly, callersPolicy shared", ofShared, {
      value: ({ gateway }) => gateway.configKiB,
      most: linear,
    }),
    {
      text: "One more database sends nothing to proxies that may not use it",
      measured: `${updates} updates in ${changes.length} changes`,
      met: updates === 0,
    },
    {
      text: "One more database leaves open connections to others alone, callersPolicy shared",
      measured: `${cut} cut of ${ofShared.flatMap(changesOf("cut")).length}`,
      met: cut === 0,
    },
    { text: "One more database restarts no proxy", measured: `${restarts}`, met: restarts === 0 },
    { text: "One more database touches no Service", measured: `${services}`, met: services === 0 },
  ].flat();
}

/** No goal where one size was measured: it says nothing of growth. */
function growthGoal(
  text: string,
  measured: readonly Measurement[],
  { value, most }: { value: (each: Measurement) => number; most: number },
): Goal[] {
  // Of the largest sizes alone: at small ones what every proxy holds hides the growth.
  const exponent = growthExponent(measured.slice(-2).map((each) => ({ size: each.size, samples: [value(each)] })));
  if (exponent === undefined) return [];
  const values = measured.map((each) => `${value(each).toFixed(0)} KiB at ${each.size.toLocaleString("en")}`);
  return [{ text, measured: `exponent ${exponent.toFixed(2)}: ${values.join(", ")}`, met: exponent <= most }];
}

/** How the gateway grows is what tells the two policies apart. */
function notes(results: Results): string[] {
  const told = [...results].flatMap(([{ name }, measured]) => {
    const [first, last] = [measured[0], measured.at(-1)];
    if (!first || !last) return [];
    const usable = median(changesOf("usableSeconds")(last)).toFixed(2);
    const cut = measured.flatMap(changesOf("cut"));
    return [
      `${name}: from ${first.size} to ${last.size.toLocaleString("en")} databases the gateway's configuration grows from ` +
        `${mebibytes(first.gateway.configKiB)} to ${mebibytes(last.gateway.configKiB)}, its memory from ` +
        `${first.gateway.memoryMiB.toFixed(0)} to ${last.gateway.memoryMiB.toFixed(0)} MiB; one more database is usable ` +
        `after ${usable} s, and ${cut.includes(1) ? "cuts open connections to others" : "leaves open connections to others alone"}.`,
    ];
  });
  return [...told, ...besideRecipe(results)];
}

/** Ours and the recipe where both were measured. */
function besideRecipe(results: Results): string[] {
  const theirs = results.get(recipe)?.at(-1);
  const own = results.get(shared)?.find(({ size }) => size === theirs?.size);
  if (!own || !theirs) return [];
  const times = (theirs.member.configKiB / own.member.configKiB).toFixed(0);
  return [`At ${own.size} databases a client's sidecar holds ${times} times less than with the recipe.`];
}

const mebibytes = (kibibytes: number): string => `${(kibibytes / 1024).toFixed(1)} MiB`;
