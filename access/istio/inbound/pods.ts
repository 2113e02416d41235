import type { Evidence, MeshVerdict, Target, Workload } from "../../model/model.js";
import type { PolicySet } from "../config/authorization.js";
import type { Mesh } from "../config/mesh.js";
import type { Meshes } from "../config/meshes.js";
import type { PeerDecision, WorkloadModes } from "../config/peerAuthentication.js";
import type { Cluster, ProxyScope, UpstreamTls } from "../config/scope.js";
import type { Path } from "../verdict.js";

/** A connection that a proxy, or a process without one, opens to the pods behind a Service. */
export interface Hop {
  readonly cluster: Cluster;
  readonly target: Target;
  /** TLS the caller's proxy adds; undefined where the caller has none. */
  readonly tls: UpstreamTls | undefined;
  /** What configures the caller's proxy; for a caller without one, all there is. */
  readonly mesh: Mesh;
  /** The caller's proxy. */
  readonly scope: ProxyScope | undefined;
  readonly because: readonly Evidence[];
}

/** What holds for the pods of a workload, whoever connects to them. */
export class Pods {
  readonly #policySets = new Map<Workload, { tcp?: PolicySet; http?: PolicySet }>();
  readonly #ports = new Map<Workload, Map<number, NonNullable<Path["via"]>>>();
  readonly #modes = new Map<Workload, WorkloadModes>();

  constructor(private readonly meshes: Meshes) {}

  /** What configures the proxy of these pods. */
  meshOf(workload: Workload): Mesh {
    return this.meshes.of(workload) ?? this.meshes.everything;
  }

  /** One object per port of a workload's pods, so that paths through it can be told by it. */
  at(workload: Workload, port: number): NonNullable<Path["via"]> {
    let ports = this.#ports.get(workload);
    if (!ports) this.#ports.set(workload, (ports = new Map()));
    let pods = ports.get(port);
    if (!pods) ports.set(port, (pods = { workload, port }));
    return pods;
  }

  /** Policies that hold for connections, or for requests, to these pods. */
  policySet(workload: Workload, http: boolean): PolicySet {
    let sets = this.#policySets.get(workload);
    if (!sets) this.#policySets.set(workload, (sets = {}));
    const key = http ? "http" : "tcp";
    return (sets[key] ??= this.meshOf(workload).policies.forWorkload(workload.namespace, workload.labels, http));
  }

  /** What a sidecar in front of these pods takes on a port: plaintext, mutual TLS, or either. */
  peerMode(workload: Workload, port: number): PeerDecision {
    let modes = this.#modes.get(workload);
    if (!modes) {
      modes = this.meshOf(workload).peers.forWorkload(workload.namespace, workload.labels);
      this.#modes.set(workload, modes);
    }
    return modes.ports.get(port) ?? modes.every;
  }

  /** Whether the caller's proxy opens the mesh's mutual TLS to these pods, asked for or by itself. */
  isMutual(workload: Workload, port: number, hop: Hop): boolean {
    const mode = hop.tls?.mode;
    return mode === "ISTIO_MUTUAL" || (mode === "automatic" && this.#automaticTls(workload, port, hop));
  }

  /** Sidecars turn mutual TLS on by themselves for pods that carry a sidecar's label. Gateways' pods do not, unless labelled. */
  #automaticTls(workload: Workload, port: number, { cluster: { service }, mesh }: Hop): boolean {
    const declared = workload.labels["security.istio.io/tlsMode"];
    const injected = declared ?? (workload.sidecar.present === true && !workload.gateway ? "istio" : "disabled");
    const { settings, peers } = mesh;
    if (!settings.autoMtls || injected !== "istio") return false;
    if (peers.forNamespace(service.namespace) === "DISABLE") return false;
    return this.peerMode(workload, port).mode !== "DISABLE";
  }
}

/** A connection that is settled at these pods, whoever the caller is. */
export function settledAt(via: Path["via"], verdict: MeshVerdict, leavesFromGateway: boolean): { path: Path } {
  return { path: { verdict, via, leavesFromGateway } };
}
