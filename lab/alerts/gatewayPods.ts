import { gatewayPods, type Stage } from "../scenarios/stage.js";

const deployment = "egressgateway";
const of = ["-n", gatewayPods.namespace, `deployment/${deployment}`];
const annotation = "proxy.istio.io/config";

interface ProxyConfig {
  proxyMetadata?: Record<string, string>;
  proxyStatsMatcher?: object;
  [field: string]: unknown;
}

/** A change to the pods' own ProxyConfig by hand, and back again. Either replaces the pods. */
export class ChangedPods {
  private original = "";

  constructor(private readonly change: (config: ProxyConfig) => ProxyConfig) {}

  readonly strike = async (stage: Stage): Promise<void> => {
    const path = `{.spec.template.metadata.annotations.${annotation.replaceAll(".", "\\.")}}`;
    this.original = await stage.kubectl(["get", ...of, "-o", `jsonpath=${path}`]);
    await annotate(stage, JSON.stringify(this.change(JSON.parse(this.original) as ProxyConfig)));
  };

  readonly heal = (stage: Stage): Promise<void> => annotate(stage, this.original);
}

async function annotate(stage: Stage, value: string): Promise<void> {
  const patch = { spec: { template: { metadata: { annotations: { [annotation]: value } } } } };
  await stage.kubectl(["patch", ...of, "--type=merge", "-p", JSON.stringify(patch)]);
  await ready(stage);
}

/** Sets the number of the gateway's pods. */
export async function scaleGateway(stage: Stage, replicas: number): Promise<void> {
  await stage.kubectl(["scale", ...of, `--replicas=${replicas}`]);
  await (replicas > 0 ? ready(stage) : stage.agent.waitReady(gatewayPods.namespace, gatewayPods.labels, { replicas }));
}

/** Waits until every pod is the newest and ready. */
export async function ready(stage: Stage): Promise<void> {
  await stage.kubectl(["rollout", "status", ...of, "--timeout=120s"]);
}
