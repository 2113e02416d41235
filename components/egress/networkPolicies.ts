import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { ClusterNetwork } from "../../settings/cluster.js";
import { clientNamespaces, gatewayPort, type Path } from "./endpoint.js";
import type { Manifest } from "../manifest.js";

type NetworkPolicy = INetworkPolicy & Manifest;

/** Where the database's addresses lie, as far as NetworkPolicy can say it. */
export interface Destination {
  /** Ranges that are known to hold them. */
  ranges: string[];
  network: Pick<ClusterNetwork, "podCidr" | "serviceCidr">;
  /** Client namespaces that deny by default. In any other a policy would open nothing and close everything else. */
  isolated?: readonly string[];
}

function denyingClients({ endpoint }: Path, { isolated }: Pick<Destination, "isolated">): string[] {
  return clientNamespaces(endpoint).filter((namespace) => isolated?.includes(namespace) ?? true);
}

/** Never a database's: loopback and link-local, where clouds answer with credentials. */
const never = ["127.0.0.0/8", "169.254.0.0/16"];
/** Alibaba Cloud answers with them at an address that is not link-local. */
const alibabaMetadata = "100.100.100.200/32";
/** Ranges a wildcard's DNS could be made to answer with, to reach what stands beside the gateway. */
const privateRanges = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];

/** Lets the gateway's pods out to this endpoint. */
export function gatewayToDatabase(path: Path, destination: Destination): NetworkPolicy {
  const { endpoint, gateway } = path;
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${gateway.name}-to-${endpoint.name}`, namespace: gateway.namespace },
    spec: {
      podSelector: { matchLabels: gateway.selector },
      policyTypes: ["Egress"],
      egress: [{ to: peers(path, destination), ports: [{ port: endpoint.port, protocol: "TCP" }] }],
    },
  };
}

/** Lets the clients out to this endpoint themselves; only the direct modes need it. */
export function clientsToDatabase(path: Path, destination: Destination): NetworkPolicy[] {
  const { endpoint } = path;
  return denyingClients(path, destination).map((namespace) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `direct-to-${endpoint.name}`, namespace },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: peers(path, destination), ports: [{ port: endpoint.port, protocol: "TCP" }] }],
    },
  }));
}

/** Both sides of the hop: out of each client namespace, and into the gateway's pods. */
export function clientsToGateway(path: Path, destination: Pick<Destination, "isolated">): NetworkPolicy[] {
  const { endpoint, gateway } = path;
  const ports = [{ port: gatewayPort(path), protocol: "TCP" as const }];
  const inNamespace = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  const out: NetworkPolicy[] = denyingClients(path, destination).map((namespace) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${gateway.name}-for-${endpoint.name}`, namespace },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ...inNamespace(gateway.namespace), podSelector: { matchLabels: gateway.selector } }], ports }],
    },
  }));
  const into: NetworkPolicy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${gateway.name}-from-clients-of-${endpoint.name}`, namespace: gateway.namespace },
    spec: {
      podSelector: { matchLabels: gateway.selector },
      policyTypes: ["Ingress"],
      ingress: [{ from: clientNamespaces(endpoint).map(inNamespace), ports }],
    },
  };
  return [...out, into];
}

function peers({ endpoint }: Path, { ranges, network }: Destination) {
  if (ranges.length) return ranges.map((cidr) => ({ ipBlock: { cidr } }));
  const inside = [network.podCidr, network.serviceCidr];
  const except = endpoint.host.startsWith("*.") ? [...never, ...privateRanges] : [...never, alibabaMetadata, ...inside];
  return [{ ipBlock: { cidr: "0.0.0.0/0", except: [...new Set(except)] } }];
}
