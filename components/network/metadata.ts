/** Where a cloud answers what a machine asks about itself, and what else answers there. */
export interface Metadata {
  ranges: string[];
  /** Ports that are no metadata of the node. */
  exceptPorts: number[];
}

const dnsPort = 53;

/**
 * Address of each cloud's metadata service. On GKE the same address is Cloud DNS's, and the metadata server on it (port 80,
 * or 988 behind iptables) gives each pod the identity of its own service account, never the node's: the node pools ask for
 * that (`GKE_METADATA`).
 */
const services: Record<"gke" | "ack" | "existing", Metadata> = {
  gke: { ranges: ["169.254.169.254/32"], exceptPorts: [dnsPort, 80, 988] },
  ack: { ranges: ["100.100.100.200/32"], exceptPorts: [dnsPort] },
  existing: { ranges: ["100.100.100.200/32", "169.254.169.254/32"], exceptPorts: [dnsPort] },
};

/** The metadata service of a cloud. A cluster that exists may be in any. */
export function metadataService(cloud: "gke" | "ack" | "existing"): Metadata {
  return services[cloud];
}
