import { until } from "../host/labHost.js";
import type { Probe } from "../probes/probe.js";
import { istiodPods, type Stage } from "../scenarios/stage.js";
import { podsOf, type Served } from "./upgradeSetting.js";

/** A proxy that starts connects to its control plane within this time. */
const connectMs = 20_000;

/** The proxies of each namespace are connected to the control plane that the settings say. */
export function servedBy(expected: Served): Probe {
  const wanted = describe(expected);
  return {
    observation: "b",
    title: "which control plane the proxies are connected to",
    expected: wanted,
    run: async (stage) => {
      let seen = "";
      const same = await until(
        "the proxies to connect",
        async () => (seen = describe(await servedIn(stage))) === wanted,
        {
          timeoutMs: connectMs,
          intervalMs: 500,
        },
      ).catch(() => false);
      return { passed: same, seen };
    },
  };
}

function describe(served: Served): string {
  return Object.entries(served)
    .map(([who, revision]) => `${who}: ${revision}`)
    .join(", ");
}

/** By what istiod says of its proxies, and the injector noted in their pods. */
async function servedIn(stage: Stage): Promise<Served> {
  const connected = await proxiesByRevision(stage);
  const entries = Object.entries(podsOf).map(([name, { namespace, labels }]) => {
    const revisions = stage.agent.podsOf(namespace, labels).flatMap(({ metadata }) => {
      const id = `${metadata?.name}.${metadata?.namespace}`;
      const noted = metadata?.annotations?.["istio.io/rev"] ?? "no proxy";
      const planes = [...connected].filter(([, proxies]) => proxies.has(id)).map(([revision]) => revision);
      return [noted, ...planes];
    });
    return [name, [...new Set(revisions)].join(" and ")];
  });
  return Object.fromEntries(entries) as unknown as Served;
}

async function proxiesByRevision(stage: Stage): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (const pod of stage.agent.podsOf(istiodPods.namespace, istiodPods.labels)) {
    const command = ["curl", "-sS", "--max-time", "2", "http://127.0.0.1:15014/debug/syncz"];
    const { stdout } = await stage.agent.exec(pod.metadata ?? {}, "netns", command, { timeoutMs: 3_000 });
    const revision = pod.metadata?.labels?.["istio.io/rev"] ?? "";
    const proxies = found.get(revision) ?? new Set();
    for (const { proxy = "" } of JSON.parse(stdout) as { proxy?: string }[]) proxies.add(proxy);
    found.set(revision, proxies);
  }
  return found;
}
