import type { KubernetesObject, ObjectIndex } from "../../model/model.js";
import { ascending } from "../../model/order.js";
import { written } from "../../model/placeholder.js";
import { namespaceOf } from "../../model/world.js";
import { createdAt } from "../evidence.js";
import { isWildcard } from "./hostname.js";
import { parseProtocol, servicePortProtocol, type Protocol } from "./protocol.js";
import { isHonoured } from "../config/managed.js";
import type { MeshSettings } from "../config/settings.js";
import type { KubernetesServiceSpec, Labels, ServiceEntrySpec } from "../config/shapes.js";

/** The address of a service that has none of its own: its listeners take every address. */
export const anyAddress = "0.0.0.0";

/** A block of all IPv4 addresses: istiod gives it no condition on addresses, as if there were none (listener.go, toFilterChainMatch). */
export function isEveryAddress(address: string): boolean {
  return address.startsWith(`${anyAddress}/`);
}

export interface ServicePort {
  number: number;
  name: string;
  protocol: Protocol;
  targetPort?: number | string;
}

export interface Endpoint {
  address: string;
  ports: Readonly<Record<string, number>>;
  labels: Labels;
}

/** One host at one address, as istiod's registry holds it: a ServiceEntry makes one of every host and address. */
export interface MeshService {
  host: string;
  /** The name istiod sorts by: a ServiceEntry's host, a Service's name. */
  sortName: string;
  namespace: string;
  registry: "kubernetes" | "external";
  meshExternal: boolean;
  resolution: "none" | "static" | "dns" | "dynamic-dns" | "alias";
  /** An IP address, a CIDR block, `anyAddress`, or `cluster-ip:<host>` for an address not yet known. */
  address: string;
  /** The address allocated for proxies that answer DNS: an IP, or a placeholder while it is not known. */
  allocated?: string;
  ports: readonly ServicePort[];
  exportTo: ReadonlySet<string>;
  /** Labels of the pods behind it. */
  selector?: Labels;
  endpoints: readonly Endpoint[];
  serverNames: readonly string[];
  object: KubernetesObject;
}

/** All services in istiod's order: the oldest first, then by name, then by namespace. */
export function buildRegistry(world: ObjectIndex, settings: MeshSettings): MeshService[] {
  const services = [
    ...world.ofKind("Service").map((object) => fromService(object, settings)),
    ...world.ofKind("istio.alibabacloud.com/IstioGateway").map((object) => fromIstioGateway(object, settings)),
    ...world.ofKind("networking.istio.io/ServiceEntry").flatMap((object) => fromServiceEntry(object, settings)),
  ];
  const order = services.map((service) => ({ service, created: createdAt(service.object) }));
  order.sort(
    (a, b) =>
      ascending(a.created, b.created) ||
      ascending(a.service.sortName, b.service.sortName) ||
      ascending(a.service.namespace, b.service.namespace),
  );
  return order.map(({ service }) => service);
}

function fromService(object: KubernetesObject, settings: MeshSettings): MeshService {
  const spec = (object.spec ?? {}) as KubernetesServiceSpec;
  const namespace = namespaceOf(object);
  const host = `${object.metadata.name}.${namespace}.svc.${settings.clusterDomain}`;
  const headless = spec.clusterIP === "None";
  const exportTo = annotationOf(object, "networking.istio.io/exportTo", settings);
  return {
    host,
    sortName: object.metadata.name,
    namespace,
    registry: "kubernetes",
    meshExternal: spec.type === "ExternalName",
    resolution: spec.type === "ExternalName" ? "alias" : headless ? "none" : "static",
    address: headless ? anyAddress : spec.clusterIP || `cluster-ip:${host}`,
    ports: servicePorts(spec.ports),
    exportTo: exportTo ? new Set(exportTo.split(",").map((name) => name.trim())) : settings.serviceExportTo,
    selector: spec.selector,
    endpoints: [],
    serverNames: [],
    object,
  };
}

/** An annotation as the mesh reads it: the managed mesh leaves out most of Istio's. */
function annotationOf({ metadata }: KubernetesObject, name: string, { kind }: MeshSettings): string | undefined {
  return kind === "cloud-service-mesh" && !isHonoured(name) ? undefined : metadata.annotations?.[name];
}

function servicePorts(ports: KubernetesServiceSpec["ports"] = []): MeshService["ports"] {
  return ports.flatMap((port) =>
    port.port === undefined
      ? []
      : [
          {
            number: port.port,
            name: port.name ?? "",
            protocol: servicePortProtocol(port),
            targetPort: port.targetPort ?? port.port,
          },
        ],
  );
}

/** The Service that Alibaba Cloud makes of an IstioGateway. */
function fromIstioGateway(object: KubernetesObject, settings: MeshSettings): MeshService {
  const spec = (object.spec ?? {}) as Pick<KubernetesServiceSpec, "ports">;
  const namespace = namespaceOf(object);
  const name = `istio-${object.metadata.name}`;
  const host = `${name}.${namespace}.svc.${settings.clusterDomain}`;
  return {
    host,
    sortName: name,
    namespace,
    registry: "kubernetes",
    meshExternal: false,
    resolution: "static",
    address: `cluster-ip:${host}`,
    ports: servicePorts(spec.ports),
    exportTo: settings.serviceExportTo,
    selector: { istio: object.metadata.name },
    endpoints: [],
    serverNames: [],
    object,
  };
}

const resolutions = {
  NONE: "none",
  STATIC: "static",
  DNS: "dns",
  DNS_ROUND_ROBIN: "dns",
  DYNAMIC_DNS: "dynamic-dns",
} as const;

function fromServiceEntry(object: KubernetesObject, settings: MeshSettings): MeshService[] {
  const spec = (object.spec ?? {}) as ServiceEntrySpec;
  const namespace = namespaceOf(object);
  const resolution = resolutions[spec.resolution ?? "NONE"];
  const ports = (spec.ports ?? []).flatMap((port) =>
    port.number === undefined
      ? []
      : [
          {
            number: port.number,
            name: port.name ?? "",
            protocol: parseProtocol(port.protocol),
            targetPort: port.targetPort,
          },
        ],
  );
  const shared = {
    namespace,
    registry: "external" as const,
    meshExternal: spec.location !== "MESH_INTERNAL",
    resolution,
    ports,
    exportTo: spec.exportTo && spec.exportTo.length > 0 ? new Set(spec.exportTo) : settings.serviceExportTo,
    selector: spec.workloadSelector?.labels,
    endpoints: (spec.endpoints ?? []).map(({ address, ports: own, labels }) => ({
      address: address ?? "",
      ports: own ?? {},
      labels: labels ?? {},
    })),
    serverNames: spec.subjectAltNames ?? [],
    object,
  };
  const addresses = (spec.addresses ?? []).map(withoutFullMask);
  return (spec.hosts ?? []).flatMap((host): MeshService[] => {
    if (addresses.length > 0) return addresses.map((address) => ({ ...shared, host, sortName: host, address }));
    return [{ ...shared, host, sortName: host, address: anyAddress, allocated: allocation(object, spec, host) }];
  });
}

/** A block of one address is that address. */
function withoutFullMask(address: string): string {
  return address.replace(/\/32$/, "").replace(/\/128$/, "");
}

/** What istiod allocates, or has allocated, to a host without an address. */
function allocation(object: KubernetesObject, spec: ServiceEntrySpec, host: string): string | undefined {
  const optedOut = object.metadata.labels?.["networking.istio.io/enable-autoallocate-ip"]?.toLowerCase() === "false";
  if (optedOut || (spec.resolution ?? "NONE") === "NONE") return undefined;
  if (isWildcard(host) && spec.resolution !== "DYNAMIC_DNS") return undefined;
  const status = object.status as { addresses?: { host?: string; value?: string }[] } | undefined;
  // A live entry's list is the truth, an empty one too: istiod allocates nothing again to an entry that had an address of its own.
  if (!status?.addresses) return written({ kind: "address", of: `${host}.${namespaceOf(object)}` });
  return status.addresses.find((entry) => entry.host === host && entry.value?.includes(".") === true)?.value;
}

/** Whether a service is in the registry of proxies of a namespace. */
export function isVisibleTo(service: Pick<MeshService, "exportTo" | "namespace">, namespace: string): boolean {
  const { exportTo } = service;
  if (exportTo.has("*")) return true;
  if (exportTo.has("~")) return false;
  return exportTo.has(namespace) || (exportTo.has(".") && service.namespace === namespace);
}
