import type { Config, Scenario, Step } from "../scenarios/scenario.js";
import type { Who } from "../scenarios/stage.js";
import { alertFires } from "./alertProbe.js";
import { faults, littleMemory } from "./faults.js";
import { reloadRules, startPrometheus } from "./prometheus.js";
import { checkedRules, recordedSeries, testedRules } from "./rules.js";
import { config, monitoring, shop } from "./alertsSetting.js";
import { cost, notScraped, scraped } from "./targets.js";

const snooper: Who = { namespace: monitoring, labels: { app: "snooper" } };

function withLittleMemory(stack: Config): Config {
  const resources = { memoryRequest: "64Mi", memoryLimit: "112Mi" };
  return { ...stack, gateway: { ...(stack["gateway"] as object), resources } };
}

function withFurtherClient(stack: Config): Config {
  const [ledger, ...others] = stack["databases"] as Record<string, unknown>[];
  const clients = [{ namespace: shop, serviceAccounts: ["buyer", "seller", "ledger-user", "reports"] }];
  return { ...stack, databases: [{ ...ledger, clients }, ...others] };
}

const faultSteps: Step[] = faults.map((fault) => ({ title: fault.title, probes: [alertFires(fault)] }));

/** Prometheus watches the gateway by what the stack writes for it; each fault makes its alert fire and no other. */
export const alertsScenario: Scenario = {
  name: "alerts",
  title: "Prometheus watches the gateway: every alert fires in its fault and in no other",
  config: () => config,
  secrets: async () => ({}),
  machines: ["rds", "stock"],
  fixtures: [
    { name: monitoring, injection: "of the stack", workloads: [{ name: "snooper", serviceAccount: "default" }] },
  ],
  steps: [
    {
      title: "Prometheus loads what the stack has written",
      act: startPrometheus,
      probes: [checkedRules, testedRules, scraped, notScraped(snooper)],
    },
    ...faultSteps,
    { title: "what was recorded meanwhile", probes: [recordedSeries, cost] },
    { title: "a gateway with little memory", config: withLittleMemory, probes: [alertFires(littleMemory)] },
    { title: "the gateway has its memory again", act: reloadRules, probes: [scraped] },
  ],
  change: {
    title: "a further client of the database",
    config: withFurtherClient,
    expect: [/^update Gateway .*ledger/, /^update EnvoyFilter .*ledger/],
  },
};
