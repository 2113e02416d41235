import { celText as quoted, namespaceNameLabel } from "mesh-access";
import { gatewayNodeKey } from "../cluster/cluster.js";
import type { Manifest } from "../manifest.js";
import type { MeshFacts } from "../mesh/mesh.js";
import { systemNamespaces } from "../network/systemNamespaces.js";
import { enforced, forbidden, type PolicySpec } from "../admissionPolicy.js";
import type { Gateway } from "./gateway.js";

/** Who may get to the nodes of the egress gateways besides them, and into their pods. */
export interface NodeGuardArgs {
  /** The gateway that the nodes are for. */
  gateway: Pick<Gateway, "name" | "namespace" | "selector">;
  /** The mesh whose proxy it runs. */
  mesh: Pick<MeshFacts, "kind" | "rootNamespace">;
  /** Namespaces whose pods may run there, such as that of an agent on every node. @default those of Kubernetes, the cloud and the mesh */
  exceptNamespaces?: string[];
}

/** Whether an update sets or changes a field of a pod. */
const differs = (field: string) =>
  `(has(object.spec.${field}) && (!has(oldObject.spec.${field}) || object.spec.${field} != oldObject.spec.${field}))`;

/**
 * Admission policies, which the API server itself enforces from Kubernetes 1.30 on. What runs on a gateway node has the
 * gateway's address, firewall tag and place on allow-lists, and what gets into a gateway's pod has its certificate too.
 */
export function nodeGuardManifests(args: NodeGuardArgs): Manifest[] {
  const { gateway } = args;
  return [
    ...enforced(`${gateway.name}-nodes.mesh-egress`, nodesPolicy(args), {
      matchExpressions: [{ key: namespaceNameLabel, operator: "NotIn", values: exempt(args) }],
    }),
    ...enforced(`${gateway.name}-pods.mesh-egress`, podsPolicy(args), {
      matchLabels: { [namespaceNameLabel]: gateway.namespace },
    }),
  ];
}

/** Not the gateway's own namespace: the mesh's on ASM, where others than the gateway's pods may be made too. */
function exempt({ gateway, mesh, exceptNamespaces = [] }: NodeGuardArgs): string[] {
  const names = new Set([...systemNamespaces, mesh.rootNamespace, ...exceptNamespaces]);
  names.delete(gateway.namespace);
  return [...names].sort();
}

/**
 * A pod gets to the nodes only if it tolerates their taints, and with the one that evicts that holds for every way: by the
 * scheduler, by a binding, on the host's network or not. One that names its node is refused besides, for nodes that somebody
 * tainted with NoSchedule alone; kubelets do that for static pods.
 */
function nodesPolicy({ gateway, mesh }: NodeGuardArgs): PolicySpec {
  const key = quoted(gatewayNodeKey);
  const labels = Object.entries(gateway.selector).map(
    ([name, value]) =>
      `has(object.metadata.labels) && ${quoted(name)} in object.metadata.labels && object.metadata.labels[${quoted(name)}] == ${quoted(value)}`,
  );
  // ASM names the service account of its gateways itself.
  const account = mesh.kind === "asm" ? [] : [`object.spec.serviceAccountName == ${quoted(gateway.name)}`];
  const isGateway = [`request.namespace == ${quoted(gateway.namespace)}`, ...labels, ...account].join(" && ");
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        // A pending pod may be given a toleration later.
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE", "UPDATE"] },
      ],
    },
    matchConditions: [
      { name: "other-pods", expression: `!(${isGateway})` },
      // Whatever was there before can still be changed and deleted.
      {
        name: "new-or-moved",
        expression: `request.operation == "CREATE" || ${differs("tolerations")} || ${differs("nodeSelector")}`,
      },
    ],
    validations: [
      forbidden(
        `!has(object.spec.tolerations) || object.spec.tolerations.all(t, has(t.key) && t.key != "" && t.key != ${key})`,
        `Nodes with the taint ${gatewayNodeKey} are for the egress gateway ${gateway.namespace}/${gateway.name} alone. Name the taints that the pod tolerates, without this one.`,
      ),
      forbidden(
        `!has(object.spec.nodeSelector) || !(${key} in object.spec.nodeSelector)`,
        `Nodes with the label ${gatewayNodeKey} are for the egress gateway ${gateway.namespace}/${gateway.name} alone.`,
      ),
      forbidden(
        `request.operation != "CREATE" || !has(object.spec.nodeName) || object.spec.nodeName == "" || "system:nodes" in request.userInfo.groups`,
        "A pod that names its node goes past the scheduler, and could name a gateway node. Use a nodeSelector.",
      ),
    ],
  };
}

/** A shell in a gateway's pod, or a container added to it, acts as the gateway. */
function podsPolicy({ gateway, mesh }: NodeGuardArgs): PolicySpec {
  const pod = `request.name.startsWith(${quoted(mesh.kind === "asm" ? `istio-${gateway.name}-` : `${gateway.name}-`)})`;
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods/exec", "pods/attach"], operations: ["CONNECT"] },
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods/ephemeralcontainers"], operations: ["UPDATE"] },
      ],
    },
    validations: [
      // Cluster administrators by certificate keep a way in for an emergency.
      forbidden(
        `!${pod} || "system:masters" in request.userInfo.groups`,
        `A process in a pod of the egress gateway ${gateway.namespace}/${gateway.name} has its certificate and its address.`,
      ),
    ],
  };
}
