import {
  celText,
  hostVariables,
  leavesHostsAlone,
  leavesReservedAlone,
  namespaceNameLabel,
  selectsOtherPods,
} from "mesh-access";
import type { Manifest } from "../manifest.js";
import type { MeshFacts } from "../mesh/mesh.js";
import { enforced, forbidden, type PolicySpec } from "../admissionPolicy.js";
import type { Gateway } from "./gateway.js";

/** What keeps other namespaces from the gateway's servers and from the hosts of its databases. */
export interface RouteGuardArgs {
  /** The gateway, whose namespace also holds the databases' entries. */
  gateway: Pick<Gateway, "name" | "namespace" | "selector" | "host">;
  /** The mesh whose proxy it runs. */
  mesh: Pick<MeshFacts, "scopeGateways">;
  /** Namespaces that may declare the databases' hosts and open servers on the gateway. @default none */
  exceptNamespaces?: string[];
  /** Hosts of databases to come, such as `*.db.example.com`, that no namespace may declare for others. @default none */
  reservedHosts?: string[];
}

/**
 * Admission policies, which the API server itself enforces from Kubernetes 1.30 on. A gateway ignores `Sidecar` objects, so
 * of two ServiceEntries of one host it uses the older one that it sees, from whatever namespace (istio/istio, issue 56826).
 */
export function routeGuardManifests({
  gateway,
  mesh,
  exceptNamespaces = [],
  reservedHosts = [],
}: RouteGuardArgs): Manifest[] {
  const others = {
    matchExpressions: [
      { key: namespaceNameLabel, operator: "NotIn" as const, values: [gateway.namespace, ...exceptNamespaces].sort() },
    ],
  };
  const entries = { namespace: gateway.namespace, selector: {}, parameterNotFoundAction: "Allow" };
  return [
    // A mesh that scopes Gateways ignores those of other namespaces, which may have gateways with the same labels.
    ...(mesh.scopeGateways ? [] : enforced(`${gateway.name}-servers.mesh-egress`, serversPolicy(gateway), others)),
    ...enforced(`${gateway.name}-hosts.mesh-egress`, hostsPolicy(gateway), others, entries),
    ...(reservedHosts.length === 0
      ? []
      : enforced(`${gateway.name}-reserved.mesh-egress`, reservedPolicy(gateway, reservedHosts), others)),
  ];
}

/** What was there before can still be changed in other fields, and deleted. */
const newOrChanged = {
  name: "new-or-changed",
  expression: 'request.operation == "CREATE" || object.spec != oldObject.spec',
};

function rule(apiGroups: string[], resources: string[]) {
  return { apiGroups, apiVersions: ["*"], resources, operations: ["CREATE" as const, "UPDATE" as const] };
}

function serversPolicy({ name, namespace, selector, host }: RouteGuardArgs["gateway"]): PolicySpec {
  const group = (of: string) => `request.resource.group != ${celText(of)}`;
  const message = `Gateways on the pods of the egress gateway ${namespace}/${name} belong in its namespace. Select other pods, by a label that those do not have.`;
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [rule(["networking.istio.io"], ["gateways"]), rule(["gateway.networking.k8s.io"], ["gateways"])],
    },
    matchConditions: [newOrChanged],
    validations: [
      // Without a selector it applies to every gateway.
      forbidden(`${group("networking.istio.io")} || (${selectsOtherPods(selector)})`, message),
      forbidden(
        `${group("gateway.networking.k8s.io")} || !has(object.spec.addresses) || object.spec.addresses.all(address, !has(address.value) || address.value.lowerAscii() != ${celText(host)})`,
        message,
      ),
    ],
  };
}

/** Kinds that decide where connections for a host go, or how. */
const hostKinds = rule(["networking.istio.io"], ["serviceentries", "virtualservices", "destinationrules"]);

function hostsPolicy({ namespace }: RouteGuardArgs["gateway"]): PolicySpec {
  return {
    failurePolicy: "Fail",
    paramKind: { apiVersion: "networking.istio.io/v1", kind: "ServiceEntry" },
    matchConstraints: { resourceRules: [hostKinds] },
    matchConditions: [newOrChanged],
    variables: hostVariables(namespace),
    validations: [
      {
        expression: leavesHostsAlone,
        messageExpression: `"The hosts " + variables.protectedHosts.join(", ") + " are declared by " + params.metadata.namespace + "/" + params.metadata.name + ". Limit exportTo to this namespace, or name other hosts."`,
        reason: "Forbidden",
      },
    ],
  };
}

function reservedPolicy({ namespace }: RouteGuardArgs["gateway"], patterns: string[]): PolicySpec {
  const own = new Set(["hosts", "ofMesh", "exported"]);
  return {
    failurePolicy: "Fail",
    matchConstraints: { resourceRules: [hostKinds] },
    matchConditions: [newOrChanged],
    variables: hostVariables(namespace).filter(({ name }) => own.has(name)),
    validations: [
      forbidden(
        leavesReservedAlone(patterns),
        `The hosts ${patterns.join(", ")} are reserved for databases behind the egress gateway. Limit exportTo to this namespace, or name other hosts.`,
      ),
    ],
  };
}
