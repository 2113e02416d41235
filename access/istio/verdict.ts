import type { Evidence, HopEncryption, MeshVerdict, Target, Workload } from "../model/model.js";

/** A verdict, and through which pods the connection goes, so that the network underneath can have its say. */
export interface Path {
  verdict: MeshVerdict;
  /** The pods the caller's proxy connects to: a gateway's, or a service's own. */
  via?: { workload: Workload; port: number };
  /** The connection leaves the cluster from the gateway's pods, not the caller's. */
  leavesFromGateway: boolean;
}

export function blocked(because: readonly Evidence[], exposes: "handshake" | null = null): MeshVerdict {
  return { verdict: "blocked", encryption: [], identity: false, exposes, because };
}

export function unknown(because: readonly Evidence[]): MeshVerdict {
  return { verdict: "unknown", encryption: [], identity: false, exposes: null, because };
}

/** What protects a hop: the application's own TLS inside the proxies' own, or either, or nothing that a proxy knows of. */
export function hopEncryption(
  mutual: boolean,
  target: Pick<Target, "protocol" | "kind" | "applicationTls">,
): HopEncryption {
  const own = ownTlsOf(target);
  if (mutual) return own === "always" ? "mutual-tls+tls-passthrough" : "mutual-tls";
  if (own === "always") return "tls-passthrough";
  return own === "never" ? "plaintext" : "own-tls-unknown";
}

function ownTlsOf({ protocol, kind, applicationTls }: Parameters<typeof hopEncryption>[1]): Target["applicationTls"] {
  if (protocol !== "tcp") return protocol === "tls" ? "always" : "never";
  return applicationTls ?? (kind === "service" ? "never" : undefined);
}
