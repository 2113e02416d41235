import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import type { Evidence, Finding, Workload, World } from "../model/model.js";
import { ascending } from "../model/order.js";
import { podPlace } from "../model/podOwners.js";
import type { Setting } from "./controlPlane/proxyConfigs.js";
import { evidence } from "./evidence.js";

/** Pods of Kubernetes itself are on every node, and many of them need it. */
const systemNamespace = "kube-system";

/** Capabilities with which a process changes its pod's packet rules or leaves the pod. */
const powerful = new Set(["ALL", "NET_ADMIN", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE"]);

/** Containers that the mesh injects. */
const injected = new Set(["istio-init", "istio-validation", "istio-proxy"]);

/** Pods beside clients of databases that no network policy confines, and clients that keep connections from their sidecar. */
export function podsOutside(world: World, ports: ReadonlySet<number>): Finding[] {
  if (ports.size === 0) return [];
  const clients = new Set(
    world.workloads
      .filter(({ gateway, sidecar }) => !gateway && sidecar.present === true)
      .map(({ namespace }) => namespace),
  );
  const beside = world.workloads.filter(
    ({ namespace, existing }) => clients.has(namespace) && namespace !== systemNamespace && !existing,
  );
  return [
    ...finding("unconfined-pods", beside, unconfined),
    ...finding(
      "interception-excluded",
      beside.filter(({ gateway }) => !gateway),
      (workload) => excluded(workload, ports),
    ),
  ];
}

function finding(
  id: "unconfined-pods" | "interception-excluded",
  workloads: readonly Workload[],
  why: (workload: Workload) => Evidence | undefined,
): Finding[] {
  const found = workloads.flatMap((workload) => {
    const because = why(workload);
    return because ? [{ pods: nameOf(workload.object), because }] : [];
  });
  if (found.length === 0) return [];
  const pods = [...new Set(found.map((each) => each.pods))].sort(ascending);
  return [{ ...message(id, { pods }), because: found.map(({ because }) => because) }];
}

function unconfined({ object, hostNetwork }: Workload): Evidence | undefined {
  const { path, spec } = podPlace(object);
  if (hostNetwork) return evidence(object, `${path}.hostNetwork`, message("node-network"));
  for (const list of ["containers", "initContainers"] as const)
    for (const [index, { name = "", securityContext }] of (spec[list] ?? []).entries()) {
      const field = `${path}.${list}[${index}].securityContext`;
      if (securityContext?.privileged) return evidence(object, `${field}.privileged`, message("privileged-pod"));
      const added = (securityContext?.capabilities?.add ?? []).filter((capability) => powerful.has(capability));
      if (added.length > 0 && !injected.has(name))
        return evidence(object, `${field}.capabilities.add`, message("packet-rules", { capabilities: added }));
    }
  return undefined;
}

/** What keeps connections to a database's port from the sidecar, whichever address it has. */
function excluded({ sidecar, capture }: Workload, ports: ReadonlySet<number>): Evidence | undefined {
  if (sidecar.present !== true) return undefined;
  const whole = capture.off ?? capture.asProxy ?? capture.partly;
  if (whole) return whole;
  const { excludeOutboundPorts, excludeOutboundIPRanges, includeOutboundIPRanges } = capture;
  if (excludeOutboundPorts && items(excludeOutboundPorts).some((port) => ports.has(Number(port))))
    return because(excludeOutboundPorts);
  // Addresses of the node's own link, such as the cloud's metadata server.
  if (excludeOutboundIPRanges && items(excludeOutboundIPRanges).some((range) => !range.startsWith("169.254.")))
    return because(excludeOutboundIPRanges);
  if (includeOutboundIPRanges && !items(includeOutboundIPRanges).includes("*")) return because(includeOutboundIPRanges);
  return undefined;
}

const items = ({ value }: Setting): string[] =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function because({ value, place }: Setting): Evidence {
  return { ...place, ...message("not-captured", { value: value || message("nothing-captured") }) };
}
