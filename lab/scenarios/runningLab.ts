import { join } from "node:path";
import { startControlPlane } from "../controlplane/controlPlane.js";
import { startLoadBalancers } from "../controlplane/loadBalancers.js";
import { openStack, type LabStack } from "../engine/stack.js";
import { preparePulumiHome } from "../engine/pulumiHome.js";
import type { LabHost } from "../host/labHost.js";
import { serveCharts } from "../mesh/chartRepository.js";
import { NodeAgent } from "../node/nodeAgent.js";
import { Outside } from "../outside/outside.js";
import { startClusterDns } from "./clusterDns.js";
import { Stage } from "./stage.js";
import type { Scenario } from "./scenario.js";
import { deployedPlatform } from "./deployedPlatform.js";

/** What all scenarios of a run share: one cluster, one world outside, one set of plug-ins. */
export interface RunningLab {
  readonly host: LabHost;
  readonly stage: Stage;
  /** PULUMI_HOME of every stack. */
  readonly pulumiHome: string;
  /** Opens a stack of the project's own program. */
  open(scenario: Pick<Scenario, "name" | "checkpoints">, secrets: Record<string, string>): Promise<LabStack>;
}

/** Starts the lab; everything in it ends with the host. */
export async function startLab(host: LabHost, tell: (line: string) => void): Promise<RunningLab> {
  const [controlPlane, outside] = await Promise.all([
    startControlPlane(host, { progress: tell }),
    Outside.prepare(host),
  ]);
  const agent = await NodeAgent.start(host, controlPlane.kubeconfigPath, [outside.caFile]);
  host.onClose(() => agent.stop());
  const stage = new Stage(controlPlane, agent, outside);
  const [pulumiHome] = await Promise.all([
    preparePulumiHome(host),
    serveCharts(host),
    startClusterDns(stage),
    startLoadBalancers(host, controlPlane.kubeconfigPath),
  ]);
  tell("node agent, DNS, load balancers, charts, plug-ins: ready");
  const open: RunningLab["open"] = ({ name, checkpoints }, secrets) =>
    openStack({
      name,
      checkpoints,
      program: deployedPlatform,
      secretConfig: { secrets: JSON.stringify(secrets) },
      workDir: join(host.folder, "stacks", name),
      kubeconfigPath: controlPlane.kubeconfigPath,
      pulumiBin: host.servers.programs.pulumi,
      pulumiHome,
    });
  return { host, stage, pulumiHome, open };
}
