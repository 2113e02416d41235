import type { ClusterNetwork } from "./cluster.js";
import type { Problem } from "./problem.js";

/** What decides which engine's policies hold for a whole cluster. */
export interface GlobalEngineChoice {
  policyEngine: ClusterNetwork["policyEngine"];
  calicoInstalled?: boolean;
  poseidonInstalled?: boolean;
  deniedRanges?: string[];
}

/** Engine whose policies for the whole cluster hold there; undefined where none does. */
export function globalEngine(choice: GlobalEngineChoice): "calico" | "cilium" | "poseidon" | undefined {
  switch (choice.policyEngine) {
    case "calico":
      return "calico";
    case "dataplane-v2":
      return choice.calicoInstalled ? "calico" : "cilium";
    case "terway":
      return choice.poseidonInstalled ? "poseidon" : undefined;
    case "none":
      return choice.calicoInstalled ? "calico" : undefined;
  }
}

/** Policies for the whole cluster that nothing would enforce. */
export function globalIsolationProblems(choice: GlobalEngineChoice): Problem[] {
  const at = (key: string) => `network.globalIsolation.${key}`;
  const { policyEngine, calicoInstalled, poseidonInstalled, deniedRanges } = choice;
  const isTerway = policyEngine === "terway";
  return [
    ...(isTerway && calicoInstalled
      ? [
          {
            path: at("calicoInstalled"),
            value: true,
            reason:
              "does not make Calico's policies hold on Terway: it brings their resource definitions, so the API server accepts them, and no page of ACK says that anything enforces them",
            instead: "Install the add-on Poseidon and set poseidonInstalled",
          },
        ]
      : []),
    ...(!isTerway && poseidonInstalled
      ? [
          {
            path: at("poseidonInstalled"),
            value: true,
            reason: `is an add-on of ACK for Terway, and the policy engine of the cluster is ${policyEngine}`,
            instead: "Leave it out",
          },
        ]
      : []),
    ...(isTerway && deniedRanges
      ? [
          {
            path: at("deniedRanges"),
            value: deniedRanges,
            reason: "cannot be denied on ACK, whose GlobalNetworkPolicy says only what is allowed",
            instead: "Leave it out, and isolate the namespaces: what isolates them leaves the metadata service out",
          },
        ]
      : []),
    ...(globalEngine(choice) || (isTerway && calicoInstalled) ? [] : [unenforced(choice)]),
  ];
}

function unenforced({ policyEngine }: GlobalEngineChoice): Problem {
  return {
    path: "network.globalIsolation.enabled",
    value: true,
    reason:
      policyEngine === "terway"
        ? "cannot hold: on ACK policies for the whole cluster need the add-on Poseidon"
        : `cannot hold: nothing enforces policies for the whole cluster where the policy engine is ${policyEngine}`,
    instead:
      policyEngine === "terway"
        ? "Install it with ACK NetworkPolicy enabled and set poseidonInstalled (docs/clouds/ack.md), or use network.isolation, which writes policies for each namespace"
        : "Use network.isolation, which writes them for each namespace, or install Calico and set calicoInstalled",
  };
}
