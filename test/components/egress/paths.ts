import { databaseEgressManifests } from "../../../components/egress/databaseEgress.js";
import type { Gateway } from "../../../components/gateway/gateway.js";
import type { Manifest } from "../../../components/manifest.js";
import { istioFacts } from "../../../components/mesh/meshFacts.js";
import { databaseSchema } from "../../../settings/databases.js";
import { type TrafficMode, trafficModes } from "../../../settings/trafficModes.js";

export const mesh = istioFacts({ namespace: "istio-system", trustDomain: "cluster.local", dnsCapture: true });
export const gateway: Gateway = {
  name: "egressgateway",
  namespace: "istio-egress",
  selector: { istio: "egressgateway" },
  host: "egressgateway.istio-egress.svc.cluster.local",
  sharedPort: 15443,
  callersPolicy: "perDatabase",
};
export const network = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/12" };

type Input = Parameters<typeof databaseSchema.parse>[0] & object;

/** A database every mode can carry, with clients of two namespaces. */
export function databaseIn(trafficMode: TrafficMode, more: object = {}): Input {
  const { wire, wildcard, identity, needsOwnPort } = trafficModes[trafficMode];
  const serviceAccounts = identity ? ["orders"] : undefined;
  return {
    name: "orders",
    host: wildcard ? "*.db.example.com" : "orders.db.example.com",
    protocol: wire === "tls" ? "tls" : "mongo",
    trafficMode,
    ...(needsOwnPort ? { gatewayPort: 15500 } : {}),
    clients: [
      { namespace: "shop", serviceAccounts },
      { namespace: "billing", serviceAccounts },
    ],
    ...more,
  };
}

export function manifestsIn(trafficMode: TrafficMode, more: object = {}, through = gateway): Manifest[] {
  return databaseEgressManifests({
    database: databaseSchema.parse(databaseIn(trafficMode, more)),
    gateway: through,
    mesh,
    network,
  });
}

export function ofKind<T = Manifest & { spec: Record<string, never> }>(manifests: Manifest[], kind: string): T[] {
  return manifests.filter((manifest) => manifest.kind === kind) as T[];
}
