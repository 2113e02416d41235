import { setTimeout as sleep } from "node:timers/promises";
import { blueprintOf, manifestsOf } from "../../components/blueprint.js";
import type { Manifest } from "../../components/manifest.js";
import { addFixtures, removeFixtures, type FixtureNamespace } from "../../lab/scenarios/fixtures.js";
import { settled } from "../../lab/scenarios/settled.js";
import type { Who } from "../../lab/scenarios/stage.js";
import { loadSettings } from "../../settings/load.js";
import type { Comparison, Goal, Growth, Unit } from "../figures.js";
import { databaseName, generatedSettings, namespacesOf } from "../generatedStack.js";
import { growthExponent, median } from "../statistics.js";
import { type Bed, clients, gateways, hosts, recipeGatewayManifests } from "./bed.js";
import type { BedPart } from "./bedPart.js";
import type { ProxySize } from "./proxy.js";
import { recipeFor } from "./recipe.js";

/**
 * A gateway's authorization rules stand in every one of its filter chains, so its configuration grows with the square of
 * the databases, in both styles: a thousand would take more memory than a laboratory's machine has.
 */
const allSizes = [10, 50, 200];
/** How often one more database is added and taken away. */
const rounds = 3;
/** What istiod does for a change is done after this time. */
const quietMs = 3_000;
const usablePatienceMs = 20_000;
const recipeFirstPort = 13306;
const flat = 0.1;

/** A client of the first namespace's databases, which are ten whatever the size. */
const member: Who = { namespace: "team-0", labels: { app: "app-0" } };

/** One of the two ways to write a database's resources. */
interface Style {
  name: string;
  gateway: Who;
  all: (databases: number) => Manifest[];
  oneMore: (databases: number) => Manifest[];
  host: string;
}

const ours: Style = {
  name: "ours",
  gateway: gateways.ours,
  all: (databases) => databaseManifests(generatedSettings({ databases }), ["database-", "flow-gateway-"]),
  oneMore: () =>
    databaseManifests(
      {
        ...generatedSettings({ databases: 1 }),
        databases: [
          {
            name: databaseName(-1),
            host: hosts.oneMore,
            protocol: "mysql",
            clients: [{ namespace: member.namespace, serviceAccounts: ["app-0"] }],
          },
        ],
      },
      ["database-"],
    ),
  host: hosts.oneMore,
};

const recipe: Style = {
  name: "recipe",
  gateway: gateways.recipe,
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
};

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
  title: "Sidecars and control plane",
  method:
    "The documents' recipe, pasted once per database with its names and port replaced, and ours, on one mesh one after " +
    "the other: databases spread over up to a hundred namespaces. Looked at are the sidecar of a client of its own " +
    "namespace's databases (ten, but for the smallest sizes), that of a bystander who may use none, the gateway, and " +
    `what one more database does, added and removed ${rounds} times.`,
  run: async (bed, { largest, tell }) => {
    const sizes = allSizes.filter((size) => size <= largest);
    const results = new Map<Style, Measurement[]>();
    const namespaces = teamNamespaces(Math.max(...sizes));
    await addFixtures(bed.stage, namespaces);
    for (const style of [ours, recipe]) results.set(style, await measureStyle(bed, style, sizes, tell));
    await removeFixtures(bed.stage, namespaces.slice(0, 1));
    return { figures: [...sizeFigures(results), changeFigure(results)], goals: goals(results), notes: notes(results) };
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
  sizes: number[],
  tell: (line: string) => void,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  let applied: Manifest[] = [];
  for (const size of sizes) {
    const manifests = style.all(size);
    await bed.remove(applied.filter((old) => !manifests.some((each) => isSame(each, old))));
    await bed.apply(manifests);
    applied = manifests;
    await settled(bed.stage);
    tell(`${style.name}, ${size} databases: applied`);
    const [own, other, gateway] = [member, clients.bystander, style.gateway].map((who) => bed.proxyOf(who));
    if (!own || !other || !gateway) throw new Error("A proxy to measure is missing.");
    const changes: Change[] = [];
    const sized = { member: await own.size(), bystander: await other.size(), gateway: await gateway.size() };
    for (let round = 1; round <= rounds; round++) changes.push(await addOneMore(bed, style, size));
    measurements.push({ size, ...sized, changes });
    tell(`${style.name}, ${size} databases: sidecar ${sized.member.configKiB.toFixed(0)} KiB`);
  }
  const standing = recipeGatewayManifests([recipeFirstPort]);
  await bed.remove(applied.filter((old) => !standing.some((each) => isSame(each, old))));
  return measurements;
}

const isSame = (one: Manifest, other: Manifest): boolean =>
  one.kind === other.kind &&
  one.metadata.name === other.metadata.name &&
  one.metadata.namespace === other.metadata.namespace;

async function addOneMore(bed: Bed, style: Style, size: number): Promise<Change> {
  const istiod = bed.istiod();
  const before = await stateOf(bed);
  const idle = istiod.cpuSeconds();
  await sleep(quietMs);
  const began = istiod.cpuSeconds();
  const usable = bed.connect(member, style.host, ["-until", `${usablePatienceMs}ms`], usablePatienceMs + 5_000);
  const appliedAt = Date.now();
  const manifests = style.oneMore(size);
  await bed.apply(manifests);
  const usableSeconds = (Number(await usable) - appliedAt) / 1000;
  await sleep(Math.max(0, quietMs - (Date.now() - appliedAt)));
  const istiodCpuSeconds = toTicks(istiod.cpuSeconds() - began - (began - idle));
  const after = await stateOf(bed);
  await bed.remove(manifests.filter(({ kind }) => kind !== "Service"));
  await bed.apply(style.all(size).filter(({ kind }) => kind === "Service"));
  await settled(bed.stage);
  return {
    usableSeconds,
    istiodCpuSeconds: Math.max(0, istiodCpuSeconds),
    bystanderUpdates: after.updates - before.updates,
    restarts: after.pids.filter((pid, index) => pid !== before.pids[index]).length,
    servicesTouched: after.services.filter((service) => !before.services.includes(service)).length,
  };
}

/** The kernel counts in hundredths of a second. */
const toTicks = (seconds: number): number => Math.round(seconds * 100) / 100;

/** All that one more database should leave as it is. */
async function stateOf(bed: Bed): Promise<{ updates: number; pids: number[]; services: string[] }> {
  const proxies = [clients.bystander, gateways.ours, gateways.recipe].map((who) => bed.proxyOf(who));
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
    growth(results, "Configuration of the gateway", "KiB", of("gateway", "configKiB")),
    growth(results, "Memory of the gateway", "MiB", of("gateway", "memoryMiB")),
    growth(results, "One more database: until it is usable", "s", changesOf("usableSeconds")),
    growth(results, "One more database: CPU of istiod", "s", changesOf("istiodCpuSeconds")),
  ];
}

const changesOf =
  (what: keyof Change) =>
  ({ changes }: Measurement): number[] =>
    changes.map((change) => change[what]);

function changeFigure(results: Results): Comparison {
  const aspects: [keyof Change, string][] = [
    ["bystanderUpdates", "updates sent to a bystander's sidecar"],
    ["servicesTouched", "Services changed"],
    ["restarts", "proxies restarted"],
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
  const own = results.get(ours) ?? [];
  const bySize = (value: (each: Measurement) => number) =>
    own.map((each) => ({ size: each.size, samples: [value(each)] }));
  // The smallest size has fewer databases of the namespace's own than the others.
  const exponent = growthExponent(bySize(({ bystander }) => bystander.configKiB)) ?? NaN;
  const changes = own.flatMap((each) => each.changes);
  const sum = (what: keyof Change) => changes.reduce((total, change) => total + change[what], 0);
  const [updates, restarts, services] = [sum("bystanderUpdates"), sum("restarts"), sum("servicesTouched")];
  return [
    {
      text: "A sidecar's configuration does not grow with other people's databases",
      measured: `exponent ${exponent.toFixed(2)}: ${own.map(({ bystander }) => bystander.configKiB.toFixed(0)).join(", ")} KiB`,
      met: Math.abs(exponent) < flat,
    },
    {
      text: "One more database sends nothing to proxies that may not use it",
      measured: `${updates} updates in ${changes.length} changes`,
      met: updates === 0,
    },
    { text: "One more database restarts no proxy", measured: `${restarts}`, met: restarts === 0 },
    { text: "One more database touches no Service", measured: `${services}`, met: services === 0 },
  ];
}

function notes(results: Results): string[] {
  const at = (style: Style) => results.get(style)?.at(-1);
  const [own, other] = [at(ours), at(recipe)];
  if (!own || !other) return [];
  const times = other.member.configKiB / own.member.configKiB;
  const usable = (each: Measurement) => median(changesOf("usableSeconds")(each)).toFixed(2);
  return [
    `At ${own.size} databases a client's sidecar holds ${times.toFixed(0)} times less than with the recipe, and one more database is usable after ${usable(own)} s instead of ${usable(other)} s.`,
  ];
}
