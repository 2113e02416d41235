import { until } from "../host/labHost.js";
import type { Probe } from "../probes/probe.js";
import { addressOf, type Who } from "../scenarios/stage.js";
import { values } from "./prometheus.js";

/** Proxy, agent, and the two pods of the control plane. */
const expectedTargets = 4;

export const scraped: Probe = {
  observation: "scrape",
  title: "Prometheus reads proxy, agent and control plane, through default deny",
  expected: `${expectedTargets} targets`,
  run: async (stage) => {
    const up = await until(
      "every target to answer",
      async () => {
        const targets = await values(stage, "up == 1");
        return targets.length === expectedTargets ? targets : undefined;
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    const jobs = up.map(({ metric }) => `${metric["job"]} ${metric["namespace"]}/${metric["pod"]}`);
    return { passed: true, seen: `${up.length} targets`, evidence: jobs.join("\n") };
  },
};

/** Who may scrape is the only one who may. */
export function notScraped(from: Who): Probe {
  return {
    observation: "scrape",
    title: "another pod of Prometheus' namespace reads no metrics of the gateway",
    expected: "no answer",
    run: async (stage) => {
      const [pod] = stage.gatewayPods();
      if (!pod) throw new Error("The gateway has no pod.");
      const url = `http://${addressOf(pod)}:15090/stats/prometheus`;
      const { exitCode, stderr } = await stage.exec(from, ["curl", "-sS", "--max-time", "2", "-o", "/dev/null", url], {
        timeoutMs: 5_000,
      });
      return { passed: exitCode !== 0, seen: exitCode === 0 ? "metrics" : "no answer", evidence: stderr };
    },
  };
}

/** What the switched-on statistics may add to those that Istio gives anyway: some for the listener, five for a database. */
const mostAdded = 40;

/** Every gateway pod gave the statistics, but the one of the fault that leaves them out. */
export const cost: Probe = {
  observation: "cost",
  title: "series that the statistics add to a pod, with two databases",
  expected: `at most ${mostAdded}`,
  run: async (stage) => {
    const most = (series: string) => values(stage, `max by (pod) (max_over_time(${series}[1h]))`);
    const samples = await most('scrape_samples_scraped{job="egressgateway-proxy"}');
    const memory = await most("envoy_server_memory_allocated");
    const counts = samples.map(({ value }) => value);
    const added = Math.max(...counts) - Math.min(...counts);
    const evidence = samples.map(({ metric: { pod }, value }) => {
      const bytes = memory.find(({ metric }) => metric["pod"] === pod)?.value ?? 0;
      return `${pod}: ${value} series, ${Math.round(bytes / 1024)} KiB allocated`;
    });
    const seen = `${added}, of ${Math.max(...counts)}`;
    return { passed: added > 0 && added <= mostAdded, seen, evidence: evidence.join("\n") };
  },
};
