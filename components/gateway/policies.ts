import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1";
import type { Manifest } from "../manifest.js";
import type { MeshFacts } from "../mesh/mesh.js";
import type { Gateway } from "./gateway.js";

/** Lets nobody pass; each database adds its own ALLOW above it. */
export function allowNothing(gateway: Gateway): IAuthorizationPolicy & Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: `${gateway.name}-allow-nothing`, namespace: gateway.namespace },
    // The selector keeps it to the gateway: without one, in the mesh's root namespace, it would hold for every workload.
    spec: { selector: { matchLabels: gateway.selector } },
  };
}

/**
 * Admits every authenticated workload of the trust domain. Which database it reaches is decided in the handshake and, with
 * `filterChain`, by the database's own filter chain. istiod writes the rules of every policy into each filter chain, so one
 * policy that never changes keeps chains small and other databases' connections open.
 */
export function allowKnownCallers(
  gateway: Gateway,
  mesh: Pick<MeshFacts, "trustDomain">,
): IAuthorizationPolicy & Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: `${gateway.name}-known-callers`, namespace: gateway.namespace },
    spec: {
      selector: { matchLabels: gateway.selector },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { principals: [`${mesh.trustDomain}/*`] } }],
          // In its own chain each database has its list of clients, whatever the port.
          ...(gateway.callersPolicy === "filterChain"
            ? {}
            : { to: [{ operation: { ports: [String(gateway.sharedPort)] } }] }),
        },
      ],
    },
  };
}
