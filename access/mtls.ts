import { MeshDecider } from "./mesh/decide.js";
import type { AnalysisOptions, KubernetesObject, MtlsAuditRow, Workload } from "./model.js";
import { buildWorld } from "./world.js";

/**
 * Lists for every workload whether its ports take plaintext, and the policy that decides it: one row for all ports, and
 * one for each port that a policy sets apart.
 */
export function auditMtls(objects: readonly KubernetesObject[], options: AnalysisOptions = {}): MtlsAuditRow[] {
  const world = buildWorld(objects, options);
  const mesh = new MeshDecider(world, options, []);
  return world.workloads.filter(({ gateway }) => !gateway).flatMap((workload) => auditWorkload(mesh, workload));
}

function auditWorkload(mesh: MeshDecider, workload: Workload): MtlsAuditRow[] {
  const who = { namespace: workload.namespace, workload: workload.name };
  const { present, because } = workload.sidecar;
  if (present === "unknown") return [{ ...who, port: null, mode: "unknown", plaintext: "unknown", because }];
  if (present === false) {
    const text = `no sidecar: accepts plaintext (${because.text})`;
    return [{ ...who, port: null, mode: "none", plaintext: true, because: { ...because, text } }];
  }
  const modes = mesh.peers.forWorkload(workload.namespace, workload.labels);
  const all = [[null, modes.every] as const, ...[...modes.ports].sort(([a], [b]) => a - b)];
  const excluded = excludedPorts(workload);
  const bypassed = excluded.map((port): MtlsAuditRow => {
    const text = `annotation traffic.sidecar.istio.io/excludeInboundPorts: port ${port} does not pass the sidecar`;
    return {
      ...who,
      port,
      mode: "none",
      plaintext: true,
      because: { ...because, field: "metadata.annotations", text },
    };
  });
  const decided = all.map(([port, { mode, because: policy }]) => ({
    ...who,
    port,
    mode,
    plaintext: mode !== "STRICT",
    because: policy,
  }));
  return [...decided.filter(({ port }) => port === null || !excluded.includes(port)), ...bypassed];
}

function excludedPorts({ annotations }: Workload): number[] {
  const text = annotations["traffic.sidecar.istio.io/excludeInboundPorts"] ?? "";
  return text.split(",").flatMap((port) => (/^\d+$/.test(port.trim()) ? [Number(port)] : []));
}
