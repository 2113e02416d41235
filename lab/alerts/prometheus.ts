import { readYaml, writeYaml } from "mesh-access/yaml";
import { until } from "../host/labHost.js";
import type { Stage } from "../scenarios/stage.js";
import { discover, withDiscovery } from "./discovery.js";
import { monitoring, prometheusPods } from "./alertsSetting.js";

const name = "prometheus";
const url = "http://127.0.0.1:9090";
/** What the stack writes for it. */
const written = "egressgateway-prometheus";
const metadata = { name, namespace: monitoring };

/** An alert that fires, by its labels. */
export type FiringAlert = Readonly<Record<string, string>> & { readonly alertname: string };

/** Starts Prometheus as a user would: the stack's scrape configuration in its own, the stack's rules mounted. */
export async function startPrometheus(stage: Stage): Promise<void> {
  const scrape = await fromStack(stage, "scrape.yaml");
  const { scrape_configs } = readYaml(scrape).value as { scrape_configs: Parameters<typeof withDiscovery>[0][] };
  const configuration = {
    global: { scrape_interval: "2s", scrape_timeout: "2s", evaluation_interval: "1s" },
    rule_files: ["/etc/mesh-egress/rules.yaml"],
    scrape_configs: scrape_configs.map(withDiscovery),
  };
  const items = [...objects, { ...configMap, data: { "prometheus.yml": writeYaml(configuration) } }];
  await stage.kubectl(["apply", "--server-side", "-f", "-"], { apiVersion: "v1", kind: "List", items });
  await stage.agent.waitReady(prometheusPods.namespace, prometheusPods.labels);
  void discover(stage);
}

/** One file of the ConfigMap that the stack writes. */
export async function fromStack({ kubectl }: Stage, file: string): Promise<string> {
  const json = await kubectl(["get", "configmap", "-n", monitoring, written, "-o", "json"]);
  const { data } = JSON.parse(json) as { data: Record<string, string> };
  return data[file] ?? "";
}

/** Loads the rules as they are by now; the volume follows the ConfigMap. */
export async function reloadRules(stage: Stage): Promise<void> {
  const rules = await fromStack(stage, "rules.yaml");
  const mounted = async () => {
    const { stdout } = await stage.agent.exec(stage.pod(prometheusPods).metadata ?? {}, name, [
      "cat",
      "/etc/mesh-egress/rules.yaml",
    ]);
    return stdout === rules;
  };
  await until("Prometheus' volume to have the rules", mounted, { timeoutMs: 30_000, intervalMs: 500 });
  await ask(stage, ["-X", "POST", `${url}/-/reload`]);
}

/** What fires. */
export async function firing(stage: Stage): Promise<FiringAlert[]> {
  const { alerts } = (await get(stage, "alerts")) as { alerts: { state: string; labels: FiringAlert }[] };
  return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels);
}

/** The values of an instant query, with their labels. */
export async function values(stage: Stage, expr: string): Promise<{ metric: Record<string, string>; value: number }[]> {
  const path = `query?query=${encodeURIComponent(expr)}`;
  const { result } = (await get(stage, path)) as {
    result: { metric: Record<string, string>; value: [number, string] }[];
  };
  return result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
}

async function get(stage: Stage, path: string): Promise<unknown> {
  const { status, data, error } = JSON.parse(await ask(stage, [`${url}/api/v1/${path}`])) as {
    status: string;
    data: unknown;
    error?: string;
  };
  if (status !== "success") throw new Error(`Prometheus: ${error}`);
  return data;
}

async function ask(stage: Stage, args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await stage.exec(prometheusPods, ["curl", "-sS", "--max-time", "5", ...args], {
    timeoutMs: 10_000,
  });
  if (exitCode !== 0) throw new Error(`Prometheus does not answer: ${stderr}`);
  return stdout;
}

const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata };

const container = {
  name,
  image: "prom/prometheus:v3.7.0",
  args: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus", "--web.enable-lifecycle"],
  ports: [{ containerPort: 9090 }],
  readinessProbe: { httpGet: { path: "/-/ready", port: 9090 } },
  volumeMounts: [
    { name: "configuration", mountPath: "/etc/prometheus" },
    { name: "rules", mountPath: "/etc/mesh-egress" },
    { name: "data", mountPath: "/prometheus" },
  ],
};

const objects = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      selector: { matchLabels: prometheusPods.labels },
      template: {
        metadata: { labels: prometheusPods.labels },
        spec: {
          serviceAccountName: name,
          terminationGracePeriodSeconds: 1,
          containers: [container],
          volumes: [
            { name: "configuration", configMap: { name } },
            { name: "rules", configMap: { name: written } },
            { name: "data", emptyDir: {} },
          ],
        },
      },
    },
  },
];
