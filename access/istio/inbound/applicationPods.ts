import { clause, message } from "../../messages/index.js";
import type { Evidence, MeshVerdict, Workload } from "../../model/model.js";
import { pastOwnSidecar } from "../../network/interception.js";
import { settledAt, type Hop, type Pods } from "./pods.js";
import type { RouteResult } from "../proxy/route.js";
import { clusterSni } from "../config/scope.js";
import type { Admission } from "./server.js";
import { clientSni } from "../proxy/target.js";
import { blocked, hopEncryption, unknown } from "../verdict.js";

/** What the pods of applications do with connections, by their sidecars where they have one. */
export class ApplicationPods {
  constructor(private readonly pods: Pods) {}

  /** To a port of the pods: what encryption they take, and then who may. */
  to(workload: Workload, port: number, hop: Hop): RouteResult {
    const { tls, because } = hop;
    const stop = (verdict: MeshVerdict): RouteResult => settledAt(this.pods.at(workload, port), verdict, false);
    const here = workload.sidecar.because;
    if (workload.sidecar.present === "unknown")
      return stop(
        this.#admitsAnyway(workload, port, hop) ? arrived(hop, false, false, because) : unknown([...because, here]),
      );
    const mutual = this.pods.isMutual(workload, port, hop);
    if (tls?.mode === "SIMPLE" || tls?.mode === "MUTUAL") {
      const text = message("tls-between-workloads", { mode: tls.mode });
      return stop(unknown([...because, { ...here, ...text }]));
    }
    if (workload.sidecar.present === false) return stop(withoutSidecar(hop, mutual, here));
    const past = pastOwnSidecar(workload, port);
    if (past) return stop(withoutSidecar(hop, mutual, past));
    const patched = this.pods.meshOf(workload).patches.touching(workload, "SIDECAR_INBOUND", port);
    if (patched) return stop(unknown([...because, patched]));
    const peer = this.pods.peerMode(workload, port);
    const refuses = (peer.mode === "STRICT" && !mutual) || (peer.mode === "DISABLE" && mutual);
    if (refuses) return stop(blocked([...because, peer.because]));
    return { admission: this.#admission(workload, port, hop, mutual, [...because, peer.because]) };
  }

  /** Whether a caller without a proxy gets through, be there a sidecar in front of the pods or not. */
  #admitsAnyway(workload: Workload, port: number, { tls }: Hop): boolean {
    return (
      tls === undefined &&
      this.pods.peerMode(workload, port).mode !== "STRICT" &&
      this.pods.policySet(workload, false).isEmpty &&
      !this.pods.meshOf(workload).patches.touching(workload, "SIDECAR_INBOUND", port)
    );
  }

  /** Who may, once the pods' sidecar has taken the connection. */
  #admission(workload: Workload, port: number, hop: Hop, mutual: boolean, steps: readonly Evidence[]): Admission {
    const { cluster, target, scope } = hop;
    const { protocol } = cluster.port;
    const http = protocol === "http" || (protocol === "detected" && target.protocol === "http");
    return {
      workload,
      port,
      via: this.pods.at(workload, port),
      leavesFromGateway: false,
      paths: new Map(),
      sni: mutual && scope ? clusterSni(cluster) : clientSni(target),
      authenticated: mutual,
      handshake: undefined,
      chainRules: [],
      policies: this.pods.policySet(workload, http),
      serverFirst: target.serverSpeaksFirst && !http,
      because: steps,
      admitted: arrived(hop, mutual, mutual, steps),
    };
  }
}

/** Nothing in front of the application: it gets what the caller sends. */
function withoutSidecar(hop: Hop, mutual: boolean, here: Evidence): MeshVerdict {
  if (mutual) {
    return blocked([...hop.because, { ...here, ...message("mutual-tls-not-ended", { because: clause(here) }) }]);
  }
  return arrived(hop, mutual, false, [
    ...hop.because,
    { ...here, ...message("plaintext-accepted", { because: clause(here) }) },
  ]);
}

function arrived(
  { cluster, target }: Hop,
  mutual: boolean,
  identity: boolean,
  because: readonly Evidence[],
): MeshVerdict {
  const verdict = cluster.service.host === target.host ? "direct" : "misrouted";
  return { verdict, encryption: [hopEncryption(mutual, target)], identity, exposes: null, because };
}
