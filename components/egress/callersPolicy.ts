import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1";
import { chainClients } from "./chainClients.js";
import { gatewayPort, type Path } from "./endpoint.js";
import type { Manifest } from "../manifest.js";

interface Known {
  /** Whether the gateway has the caller's certificate. Without it a rule by identity would never match. */
  callers: boolean;
  /** SNI the gateway sees on the outside. Undefined where there is none, and the port alone tells the database. */
  sni?: string;
}

/**
 * Who may pass the gateway to this endpoint, after the handshake. Below it lies the gateway's allow-nothing policy. None
 * where the gateway's shared policy admits the callers already: beside it, a narrower one could refuse nobody.
 */
export function callersPolicy(path: Path, known: Known): Manifest[] {
  const { endpoint, gateway } = path;
  if (known.callers && gateway.callersPolicy === "filterChain") return [chainClients(path, known.sni)];
  if (known.callers && gateway.callersPolicy === "shared" && !endpoint.gatewayPort) return [];
  return [authorizationPolicy(path, known)];
}

function authorizationPolicy(path: Path, known: Known): IAuthorizationPolicy & Manifest {
  const { endpoint, gateway } = path;
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: `${gateway.name}-${endpoint.name}`, namespace: gateway.namespace },
    spec: {
      selector: { matchLabels: gateway.selector },
      action: "ALLOW",
      rules: [
        {
          ...(known.callers ? { from: sources(path) } : {}),
          to: [{ operation: { ports: [String(gatewayPort(path))] } }],
          ...(known.sni ? { when: [{ key: "connection.sni", values: [known.sni] }] } : {}),
        },
      ],
    },
  };
}

function sources({ endpoint, mesh }: Path) {
  return endpoint.clients.map(({ namespace, serviceAccounts }) => ({
    source: serviceAccounts
      ? { principals: serviceAccounts.map((account) => `${mesh.trustDomain}/ns/${namespace}/sa/${account}`) }
      : { namespaces: [namespace] },
  }));
}
