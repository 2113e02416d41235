import { execa } from "execa";
import type { LabHost } from "../host/labHost.js";
import { istiodPods, type Stage } from "../scenarios/stage.js";
import { istioVersion } from "../servers/pins.js";
import { chartRepository } from "./chartRepository.js";

/** What a mesh without a stack is installed with: istiod's own mesh configuration. */
export interface PlainMeshSettings {
  readonly meshConfig: Record<string, unknown>;
}

const namespace = istiodPods.namespace;
/** How long istiod waits for further changes before it sends; a tenth of its default, for changes here come one at a time. */
const debounce = { PILOT_DEBOUNCE_AFTER: "10ms" };

/** Installs Istio by helm from its own charts, with no stack of this project around it. */
export async function installMesh(host: LabHost, stage: Stage, settings: PlainMeshSettings): Promise<void> {
  const helm = helmOf(host, stage);
  const istiod = {
    autoscaleEnabled: false,
    env: debounce,
    resources: { requests: { cpu: "100m", memory: "128Mi" } },
    meshConfig: settings.meshConfig,
  };
  const install = (release: string, chart: string): string[] => [
    "install",
    release,
    chart,
    "--repo",
    chartRepository,
    "--version",
    istioVersion,
  ];
  await helm([...install("istio-base", "base"), "--create-namespace"], { defaultRevision: "default" });
  await helm([...install("istiod", "istiod"), "--wait", "--timeout", "120s"], istiod);
}

export async function removeMesh(host: LabHost, stage: Stage): Promise<void> {
  const helm = helmOf(host, stage);
  for (const release of ["istiod", "istio-base"]) await helm(["uninstall", release, "--wait", "--ignore-not-found"]);
  await stage.kubectl(["delete", "namespace", namespace, "--ignore-not-found"]);
}

type Helm = (args: readonly string[], values?: object) => Promise<void>;

/** Runs helm in the control plane's namespace. */
function helmOf({ servers }: LabHost, { controlPlane }: Stage): Helm {
  return async (args, values) => {
    await execa(servers.programs.helm, [...args, "-n", namespace, ...(values ? ["--values", "-"] : [])], {
      env: { KUBECONFIG: controlPlane.kubeconfigPath },
      ...(values ? { input: JSON.stringify(values) } : {}),
    });
  };
}
