import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { gatewayPods, istiodPods, type Stage } from "../scenarios/stage.js";
import { prometheusPods } from "./alertsSetting.js";

interface ScrapeConfig {
  job_name: string;
  kubernetes_sd_configs: { namespaces: { names: string[] }; selectors: { label: string }[] }[];
}

const folder = "/prometheus";
const fileOf = (job: string): string => `${folder}/${job}.json`;
const pollMs = 500;

/** Debian's Prometheus is built without Kubernetes' discovery: it reads from files what discovery would find. All else stays. */
export function withDiscovery({ kubernetes_sd_configs: _, ...rest }: ScrapeConfig): object {
  return { ...rest, file_sd_configs: [{ files: [fileOf(rest.job_name)] }] };
}

/** Keeps the files up to date for as long as Prometheus runs. */
export async function discover(stage: Stage): Promise<void> {
  const jobs = { proxy: gatewayPods, agent: gatewayPods, "control-plane": istiodPods };
  const written = new Map<string, string>();
  for (;;) {
    for (const [job, { namespace, labels }] of Object.entries(jobs)) {
      const targets = JSON.stringify(stage.agent.listed(namespace, labels).flatMap(targetsOf));
      if (written.get(job) === targets) continue;
      if (!(await write(stage, fileOf(`egressgateway-${job}`), targets))) return;
      written.set(job, targets);
    }
    await sleep(pollMs);
  }
}

/** A pod as Kubernetes' discovery describes it: a target for each container, before any relabeling. */
function targetsOf({ metadata, spec, status }: V1Pod): object[] {
  if (!status?.podIP) return [];
  return (spec?.containers ?? []).map(({ name }) => ({
    targets: [status.podIP],
    labels: {
      __meta_kubernetes_namespace: metadata?.namespace,
      __meta_kubernetes_pod_name: metadata?.name,
      __meta_kubernetes_pod_ip: status.podIP,
      __meta_kubernetes_pod_phase: status.phase,
      __meta_kubernetes_pod_container_name: name,
    },
  }));
}

/** Whether it could: Prometheus is gone with the stack. */
async function write(stage: Stage, file: string, text: string): Promise<boolean> {
  const [pod] = stage.agent.podsOf(prometheusPods.namespace, prometheusPods.labels);
  if (!pod) return false;
  const command = ["sh", "-c", `cat > ${file}.new && mv ${file}.new ${file}`];
  const done = await stage.agent
    .exec(pod.metadata ?? {}, "prometheus", command, { stdin: text })
    .catch(() => undefined);
  return done?.exitCode === 0;
}
