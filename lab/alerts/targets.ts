import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../host/index.js";
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

/** Samples that one scrape of the proxy gives. */
const samples = 'max(scrape_samples_scraped{job="egressgateway-proxy"})';
/** What the switched-on statistics may add to those that Istio gives anyway: some for the listener, five for a database. */
const mostAdded = 40;

/** With the statistics and, as another step leaves it, without: what they cost. */
export class Cost {
  private withStatistics = 0;

  readonly measured: Probe = {
    observation: "cost",
    title: "series of a pod, with the statistics",
    expected: "more than Istio gives by itself",
    run: async (stage) => {
      await sleep(3_000);
      const [series] = await values(stage, samples);
      this.withStatistics = series?.value ?? 0;
      return { passed: this.withStatistics > 0, seen: `${this.withStatistics} series` };
    },
  };

  /** For the fault that leaves them out. */
  readonly compared: Probe = {
    observation: "cost",
    title: "series of a pod that the statistics add, with two databases",
    expected: `at most ${mostAdded}`,
    run: async (stage) => {
      const [least] = await values(stage, `min_over_time(${samples}[10m:5s])`);
      const added = this.withStatistics - (least?.value ?? 0);
      return { passed: added > 0 && added <= mostAdded, seen: `${added} of ${this.withStatistics}` };
    },
  };
}
