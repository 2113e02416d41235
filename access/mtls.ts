import { message } from "./messages/index.js";
import type { Meshes } from "./istio/config/meshes.js";
import type { MtlsAuditRow, Workload } from "./model/model.js";
import { inboundPorts, pastOwnSidecar } from "./network/interception.js";
import { ascending } from "./model/order.js";

/**
 * Lists for every workload whether its ports take plaintext, and the policy that decides it: one row for all ports, and
 * one for each port that a policy or an annotation sets apart.
 */
export function auditMtls(meshes: Meshes, workloads: readonly Workload[]): MtlsAuditRow[] {
  return workloads.flatMap((workload) => auditWorkload(meshes, workload));
}

function auditWorkload(meshes: Meshes, workload: Workload): MtlsAuditRow[] {
  const who = { namespace: workload.namespace, workload: workload.name };
  const { present, because, ambient } = workload.sidecar;
  if (present === "unknown" && !ambient)
    return [{ ...who, port: null, mode: "unknown", plaintext: "unknown", because }];
  if (present === false) {
    const text = message("accepts-plaintext", { because });
    return [{ ...who, port: null, mode: "none", plaintext: true, because: { ...because, ...text } }];
  }
  const doubts = meshes.doubtsOf(workload);
  const [doubt] = doubts ?? [];
  if (doubt) return [{ ...who, port: null, mode: "unknown", plaintext: "unknown", because: doubt }];
  const modes = (meshes.of(workload) ?? meshes.everything).peers.forWorkload(workload.namespace, workload.labels);
  const { included = [], excluded } = inboundPorts(workload);
  const ports = [...new Set([...modes.ports.keys(), ...included, ...excluded])].sort(ascending);
  return [null, ...ports].map((port): MtlsAuditRow => {
    const past = pastOwnSidecar(workload, port);
    if (past) return { ...who, port, mode: "none", plaintext: true, because: past };
    const { mode, because: policy } = (port === null ? undefined : modes.ports.get(port)) ?? modes.every;
    return { ...who, port, mode, plaintext: mode !== "STRICT", because: policy };
  });
}
