import type { Manifest } from "../../components/manifest.js";
import { addFixtures, type FixtureNamespace } from "../../lab/scenarios/fixtures.js";
import type { Who } from "../../lab/scenarios/stage.js";
import { namespacesOf } from "../generatedStack.js";
import { median } from "../statistics.js";
import { atRest } from "./atRest.js";
import { type Testbed, clients, drainSeconds, recipeFirstPort, recipeGatewayManifests } from "./testbed.js";
import type { TestbedBench, TestbedPart } from "./testbedPart.js";
import { addOneMore, afterSeconds, type Change } from "./oneMore.js";
import { findingsOf, type Measurement, type Results } from "./sidecarReport.js";
import { member, type Style, styles } from "./styles.js";

/** Numbers of databases. */
const sizes = [10, 100, 1_000];
/** How often one more database is added and taken away. */
const rounds = 3;

/** What proxies and control plane have to hold and to do. */
export const sidecarsPart: TestbedPart = {
  name: "sidecars",
  title: "Sidecars, gateway and control plane",
  minutes: 25,
  method:
    "The documents' recipe, pasted once per database with its names and port replaced, and ours with either " +
    "`gateway.callersPolicy`, on one mesh one after the other, with fresh proxies each: databases spread over up to a " +
    "hundred namespaces. Looked at are the sidecar of a client of its own namespace's databases (ten, whatever the " +
    "size), that of a bystander who may use none, the gateway, and what one more database does, added and removed up to " +
    `${rounds} times. At the second time a connection to another database is held open meanwhile; both gateways drain ` +
    `for ${drainSeconds} s instead of Istio's 45, and it is looked at until ${afterSeconds} s after the change. ` +
    "Memory is that of Envoy and of the agent in the same container.",
  run: async (testbed, bench) => {
    const results: Results = new Map();
    const left: string[] = [];
    await addFixtures(testbed.stage, teamNamespaces(Math.max(...sizes)));
    for (const style of styles) {
      const measurements: Measurement[] = [];
      results.set(style.name, measurements);
      try {
        await measureStyle(testbed, style, bench, { measurements, left });
      } catch (error) {
        bench.tell(`${style.name} failed, what was measured before counts: ${String(error)}`);
        left.push(`${style.name}, after ${measurements.length} of ${sizes.length} sizes`);
      }
    }
    return findingsOf(results, left);
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
  testbed: Testbed,
  style: Style,
  { largest, budget, tell, repeats }: TestbedBench,
  { measurements, left }: { measurements: Measurement[]; left: string[] },
): Promise<void> {
  let applied: Manifest[] = [];
  await testbed.configure({ gateway: style.settings });
  await freshProxies(testbed, style.gateway);
  for (const size of sizes.filter((each) => each <= largest)) {
    if (!budget.allows({ seconds: size * secondsPerDatabase })) {
      left.push(`${style.name}, ${size} databases`);
      continue;
    }
    const began = performance.now();
    const manifests = style.all(size);
    await replace(testbed, applied, manifests);
    applied = manifests;
    tell(`${style.name}, ${size} databases: ${manifests.length} objects in ${secondsSince(began)} s`);
    const sized = await sizesOf(testbed, style);
    const changes: Change[] = [];
    for (let round = 1; round <= repeats(rounds) && budget.allows({ seconds: 0 }); round++)
      changes.push(await addOneMore(testbed, style, size, round === 2 ? changes[0] : undefined));
    const measurement = { size, ...sized, changes, gatewayPeakMiB: testbed.proxyOf(style.gateway).peakMiB() };
    measurements.push(measurement);
    tell(`${summary(style, measurement)}; ${secondsSince(began)} s, ${budget.secondsLeft().toFixed(0)} s left`);
  }
  // What the last one leaves behind disturbs nobody.
  if (style !== styles.at(-1)) await replace(testbed, applied, recipeGatewayManifests([recipeFirstPort]));
}

/** A size is begun when this much is left of the part's time: applying its objects, and some of the changes. */
const secondsPerDatabase = 0.1;

/** Applies objects, and removes those that stood before and are not among them. */
async function replace(testbed: Testbed, former: readonly Manifest[], manifests: readonly Manifest[]): Promise<void> {
  const kept = new Set(manifests.map(identityOf));
  await testbed.remove(former.filter((each) => !kept.has(identityOf(each))));
  await testbed.apply(manifests);
  await atRest(testbed);
}

const identityOf = ({ kind, metadata: { name, namespace } }: Manifest): string => `${kind} ${namespace}/${name}`;

async function sizesOf(testbed: Testbed, style: Style): Promise<Pick<Measurement, "member" | "bystander" | "gateway">> {
  return {
    member: await testbed.proxyOf(member).size(),
    bystander: await testbed.proxyOf(clients.bystander).size(),
    gateway: await testbed.proxyOf(style.gateway).size(),
  };
}

const secondsSince = (began: number): string => ((performance.now() - began) / 1000).toFixed(0);

function summary({ name }: Style, { size, member: client, gateway, changes }: Measurement): string {
  const usable = median(changes.map(({ usableSeconds }) => usableSeconds));
  const cut = changes.some((change) => change.cut) ? "a connection was cut" : "none was cut";
  return (
    `${name}, ${size} databases: sidecar ${client.configKiB.toFixed(0)} KiB, gateway ` +
    `${gateway.configKiB.toFixed(0)} KiB and ${gateway.memoryMiB.toFixed(0)} MiB, usable after ${usable.toFixed(2)} s, ${cut}`
  );
}

/** A proxy keeps the memory it once had, so each style gets new ones. */
async function freshProxies({ stage }: Testbed, gateway: Who): Promise<void> {
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
