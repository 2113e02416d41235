import { join } from "node:path";
import { startControlPlane } from "../controlplane/index.js";
import { openStack, type LabStack } from "../engine/stack.js";
import type { LabHost } from "../host/index.js";
import { NodeAgent } from "../node/index.js";
import { Outside } from "../outside/index.js";
import { chartsBelow, startKubernetesProvider, type RunningProvider } from "../provider/index.js";
import { startClusterDns } from "./clusterDns.js";
import { Stage } from "./stage.js";
import type { Scenario } from "./scenario.js";
import { deployedPlatform } from "./deployedPlatform.js";

/** What all scenarios of a run share: one cluster, one world outside, one provider. */
export interface Ground {
  readonly host: LabHost;
  readonly stage: Stage;
  /** Opens a stack of the project's own program. */
  open(scenario: Pick<Scenario, "name" | "checkpoints">, secrets: Record<string, string>): Promise<LabStack>;
}

/** Starts the ground; everything in it ends with the host. */
export async function startGround(host: LabHost, tell: (line: string) => void): Promise<Ground> {
  const [controlPlane, outside] = await Promise.all([
    startControlPlane(host, { progress: tell }),
    Outside.prepare(host),
  ]);
  const agent = await NodeAgent.start(host, controlPlane.kubeconfigPath, [outside.caFile]);
  host.onClose(() => agent.stop());
  const stage = new Stage(controlPlane, agent, outside);
  const [provider] = await Promise.all([startProvider(host, controlPlane.kubeconfigPath), startClusterDns(stage)]);
  host.onClose(() => provider.close());
  tell("node agent, DNS, Kubernetes provider: ready");
  const open: Ground["open"] = ({ name, checkpoints }, secrets) =>
    openStack({
      name,
      checkpoints,
      program: deployedPlatform,
      secretConfig: { secrets: JSON.stringify(secrets) },
      workDir: join(host.folder, "stacks", name),
      kubeconfigPath: controlPlane.kubeconfigPath,
      pulumiBin: host.servers.programs.pulumi,
      providerPorts: { kubernetes: provider.port },
    });
  return { host, stage, open };
}

async function startProvider(host: LabHost, kubeconfig: string): Promise<RunningProvider> {
  const { helm } = host.servers.programs;
  return startKubernetesProvider({ helm, kubeconfig, charts: await chartsBelow(host.servers.charts) });
}
