import { join } from "node:path";
import type { Servers } from "../servers/servers.js";
import type { Kinds } from "./site.js";

/** A definition of a kind whose schema no file of the lab has. */
function definition(
  group: string,
  version: string,
  kind: string,
  plural: string,
  scope: "Namespaced" | "Cluster",
): object {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

/** Kinds that a cloud brings and that the lab has no file of. */
export const definitions: Record<Exclude<Kinds, "istio" | "calico">, object> = {
  asm: definition("istio.alibabacloud.com", "v1beta1", "IstioGateway", "istiogateways", "Namespaced"),
  cilium: definition(
    "cilium.io",
    "v2",
    "CiliumClusterwideNetworkPolicy",
    "ciliumclusterwidenetworkpolicies",
    "Cluster",
  ),
  poseidon: definition(
    "network.alibabacloud.com",
    "v1beta2",
    "GlobalNetworkPolicy",
    "globalnetworkpolicies",
    "Cluster",
  ),
};

/** Files with the others. */
export function definitionFiles({ istioCrds, calicoCrds }: Servers): Record<"istio" | "calico", string[]> {
  return { istio: [istioCrds], calico: [join(calicoCrds, "crd.projectcalico.org_globalnetworkpolicies.yaml")] };
}
