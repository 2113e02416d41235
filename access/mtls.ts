import { hasLabels } from "./model/labels.js";
import { message } from "./messages/index.js";
import { targetPort } from "./istio/config/gateways.js";
import type { Mesh } from "./istio/config/mesh.js";
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
  const doubts = meshes.doubtsOf(workload, "server");
  const [doubt] = doubts ?? [];
  if (doubt) return [{ ...who, port: null, mode: "unknown", plaintext: "unknown", because: doubt }];
  const mesh = meshes.of(workload) ?? meshes.everything;
  const modes = mesh.peers.forWorkload(workload.namespace, workload.labels);
  const { included = [], excluded } = inboundPorts(workload);
  const foreign = new Map([...modes.ports.keys()].map((port) => [port, portsBehind(mesh, workload, port)]));
  const behind = [...foreign.values()].flat();
  const ports = [...new Set([...modes.ports.keys(), ...behind, ...included, ...excluded])].sort(ascending);
  return [null, ...ports].map((port): MtlsAuditRow => {
    const past = pastOwnSidecar(workload, port);
    if (past) return { ...who, port, mode: "none", plaintext: true, because: past };
    const { mode, because: policy } = (port === null ? undefined : modes.ports.get(port)) ?? modes.every;
    const meant = port === null ? [] : (foreign.get(port) ?? []);
    const text = port !== null && meant.length > 0 ? message("port-of-service", { port, meant }) : undefined;
    return { ...who, port, mode, plaintext: mode !== "STRICT", because: { ...policy, ...text } };
  });
}

/** The pods' ports that Services lead to from a port of that number, which is not the pods' own. */
function portsBehind(mesh: Mesh, { namespace, labels, ports }: Workload, number: number): number[] {
  if (ports.some(({ port }) => port === number)) return [];
  const services = mesh.services.filter(
    (service) =>
      service.registry === "kubernetes" &&
      service.namespace === namespace &&
      Object.keys(service.selector ?? {}).length > 0 &&
      hasLabels(labels, service.selector),
  );
  const targets = services.flatMap((service) =>
    service.ports
      .filter((port) => port.number === number)
      .map((port) => targetPort(port.targetPort ?? number, ports, number)),
  );
  return targets.includes(number) ? [] : [...new Set(targets)];
}
