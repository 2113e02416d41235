/** Where DNS is answered. */
export interface DnsPeer {
  /** Namespace of the servers, and of the caches on the nodes. */
  namespace: string;
  /** Labels of the servers' pods. */
  podLabels: Record<string, string>;
  /**
   * Addresses that answer too.
   * @default the cache that NodeLocal DNSCache runs on each node, and Google's Cloud DNS
   */
  ranges?: string[];
}

/** DNS as Kubernetes installs it, under the label it kept from its predecessor. */
export const coreDns: DnsPeer = { namespace: "kube-system", podLabels: { "k8s-app": "kube-dns" } };

/** Pods of NodeLocal DNSCache. GKE's Dataplane V2 redirects queries to them and then applies policy. */
const nodeCachePods = { "k8s-app": "node-local-dns" };

/**
 * Addresses that no pod has. NodeLocal DNSCache listens on the first on every node, in new clusters of GKE by default
 * (https://docs.cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache); Cloud DNS for GKE answers on the
 * second. Where neither is used, nothing answers there on port 53.
 */
const linkLocal = ["169.254.20.10/32", "169.254.169.254/32"];

/** Place of kube-dns among the addresses of Services, in GKE, ACK, and clusters made by kubeadm or k3s. */
const dnsServicePlace = 10;
/** A smaller range has no tenth address. */
const smallestServiceRange = 28;

/** Addresses that answer DNS in a cluster with this range of Services. */
export function dnsRanges(serviceCidr: string): string[] {
  const [network = "", prefix = "32"] = serviceCidr.split("/");
  if (Number(prefix) > smallestServiceRange) return linkLocal;
  const octets = network.split(".").map(Number);
  // The service itself: an iptables data path applies policy to the address that the pod dialled when a cache on the node answers it.
  return [`${[...octets.slice(0, 3), (octets[3] ?? 0) + dnsServicePlace].join(".")}/32`, ...linkLocal];
}

/** Everything that may answer DNS, as peers of a policy. Opening what a cluster does not use opens nothing there. */
export function dnsServers({ podLabels, ranges = linkLocal }: DnsPeer): {
  pods: Record<string, string>[];
  ranges: string[];
} {
  const isCache = Object.entries(nodeCachePods).every(([key, value]) => podLabels[key] === value);
  return { pods: isCache ? [podLabels] : [podLabels, nodeCachePods], ranges };
}
