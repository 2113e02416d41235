import type { V1Pod } from "@kubernetes/client-node";
import type { ControlPlane, Kubectl } from "../controlplane/controlPlane.js";
import type { ExecOptions, ExecResult, NodeAgent } from "../node/nodeAgent.js";
import type { Outside } from "../outside/outside.js";

/** A client by its pod's namespace and labels: pods come and go, these stay. */
export interface Who {
  namespace: string;
  labels: Record<string, string>;
}

/** As whom a client acts. */
export interface Identity {
  namespace: string;
  workload: string;
  serviceAccount: string;
  hasSidecar: boolean;
}

/** Labels and namespace of the egress gateway's pods on the lab's cluster. */
export const gatewayPods: Who = { namespace: "istio-egress", labels: { istio: "egressgateway" } };
export const istiodPods: Who = { namespace: "istio-system", labels: { app: "istiod" } };

/** What steps and probes act on: a running cluster with a stack on it, and the world outside. */
export class Stage {
  constructor(
    readonly controlPlane: ControlPlane,
    readonly agent: NodeAgent,
    readonly outside: Outside,
  ) {}

  get kubectl(): Kubectl {
    return this.controlPlane.kubectl;
  }

  pod({ namespace, labels }: Who): V1Pod {
    const [pod] = this.agent.podsOf(namespace, labels);
    if (pod) return pod;
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    throw new Error(`There is no pod ${selector.join(",")} in ${namespace}.`);
  }

  gatewayPods(): V1Pod[] {
    return this.agent.podsOf(gatewayPods.namespace, gatewayPods.labels);
  }

  /** Runs one of the machine's programs in the pod's network. */
  async exec(who: Who, command: string[], options: ExecOptions): Promise<ExecResult> {
    return this.agent.exec(this.pod(who).metadata ?? {}, "netns", command, options);
  }

  identity(who: Who): Identity {
    const { metadata, spec } = this.pod(who);
    const hash = metadata?.labels?.["pod-template-hash"];
    const [owner] = metadata?.ownerReferences ?? [];
    const workload = hash && owner ? owner.name.slice(0, -hash.length - 1) : (metadata?.name ?? "");
    const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
    return {
      namespace: who.namespace,
      workload,
      serviceAccount: spec?.serviceAccountName ?? "default",
      hasSidecar: containers.some(({ name }) => name === "istio-proxy"),
    };
  }
}

/** The fewest gateway pods the settings ask for. The autoscaler adds the second when it first looks. */
const gatewayReplicas = 2;

/** The gateway's pods, once all of them are there. */
export async function allGatewayPods({ agent }: Stage): Promise<V1Pod[]> {
  const { namespace, labels } = gatewayPods;
  return agent.waitReady(namespace, labels, { replicas: gatewayReplicas });
}

/** The address of a pod. */
export function addressOf(pod: V1Pod): string {
  const address = pod.status?.podIP;
  if (!address) throw new Error(`Pod ${pod.metadata?.name} has no address yet.`);
  return address;
}
