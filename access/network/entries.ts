import type { Entry } from "../model/connections.js";
import type { KubernetesObject, Workload, World } from "../model/model.js";
import { namespaceOf } from "../model/namespaceOf.js";
import { hasLabels } from "../model/labels.js";
import type { ServiceDirectory, ServicePort, ServiceSpec } from "./services.js";

interface Backend {
  namespace: string;
  service: string;
  /** Number or name; every port where it is not set. */
  port?: number | string;
}

/** Every way into the cluster that the input's objects make. */
export function entriesOf(world: World, services: ServiceDirectory): Entry[] {
  const byName = new Map(world.ofKind("Service").map((one) => [`${namespaceOf(one)}/${one.metadata.name}`, one]));
  const behind = (backend: Backend, entry: Omit<Entry, "to" | "port" | "protocol">): Entry[] => {
    const service = byName.get(`${backend.namespace}/${backend.service}`);
    return service ? portsOfBackend(service, backend).flatMap((port) => endsOf(services, service, port, entry)) : [];
  };
  return [
    ...world.ofKind("Service").flatMap((service) => ofService(service, services)),
    ...["networking.k8s.io/Ingress", "route.openshift.io/Route"].flatMap((kind) =>
      world
        .ofKind(kind)
        .flatMap((object) =>
          backendsOf(object).flatMap((backend) => behind(backend, { object, through: "any-pod", hidesClient: false })),
        ),
    ),
    ...throughGateways(world).flatMap(({ object, gateways, backends }) =>
      backends.flatMap((backend) => behind(backend, { object, through: gateways ?? "any-pod", hidesClient: false })),
    ),
  ];
}

function endsOf(
  services: ServiceDirectory,
  service: KubernetesObject,
  port: ServicePort,
  entry: Omit<Entry, "to" | "port" | "protocol">,
): Entry[] {
  const protocol = port.protocol ?? "TCP";
  return services.behind(service, port.port, protocol).ends.flatMap((end) => {
    if (!end.workload) return [];
    return { ...entry, to: { workload: end.workload, group: end.group }, port: end.port, protocol };
  });
}

/** Load balancers, and ports of nodes. */
function ofService(object: KubernetesObject, services: ServiceDirectory): Entry[] {
  const spec = (object.spec ?? {}) as ServiceSpec & { externalTrafficPolicy?: string; externalIPs?: string[] };
  if (spec.type !== "LoadBalancer" && spec.type !== "NodePort" && !spec.externalIPs?.length) return [];
  const hidesClient = spec.externalTrafficPolicy !== "Local";
  return (spec.ports ?? []).flatMap((port) =>
    endsOf(services, object, port, { object, through: "client", hidesClient }),
  );
}

function portsOfBackend(service: KubernetesObject, { port }: Backend): ServicePort[] {
  const ports = ((service.spec ?? {}) as ServiceSpec).ports ?? [];
  if (port === undefined) return ports;
  const own = ports.filter((one) => one.port === port || one.name === port);
  // A Route may name the port of the pods.
  return own.length > 0 ? own : ports.filter((one) => (one.targetPort ?? one.port) === port);
}

interface IngressBackend {
  service?: { name?: string; port?: { number?: number; name?: string } };
  serviceName?: string;
  servicePort?: number | string;
}

interface IngressSpec {
  defaultBackend?: IngressBackend;
  backend?: IngressBackend;
  rules?: { http?: { paths?: { backend?: IngressBackend }[] } }[];
}

interface RouteSpec {
  to?: { kind?: string; name?: string };
  alternateBackends?: { kind?: string; name?: string }[];
  port?: { targetPort?: number | string };
}

function backendsOf(object: KubernetesObject): Backend[] {
  const namespace = namespaceOf(object);
  if (object.kind === "Route") {
    const { to, alternateBackends = [], port } = (object.spec ?? {}) as RouteSpec;
    return [to, ...alternateBackends].flatMap((one) =>
      one?.name && (one.kind ?? "Service") === "Service"
        ? { namespace, service: one.name, port: port?.targetPort }
        : [],
    );
  }
  const { defaultBackend, backend, rules = [] } = (object.spec ?? {}) as IngressSpec;
  const paths = rules.flatMap(({ http }) => http?.paths ?? []);
  return [defaultBackend, backend, ...paths.map((path) => path.backend)].flatMap((one) => {
    const service = one?.service?.name ?? one?.serviceName;
    const port = one?.service?.port?.number ?? one?.service?.port?.name ?? one?.servicePort;
    return service === undefined ? [] : { namespace, service, port };
  });
}

interface ThroughGateways {
  object: KubernetesObject;
  /** Undefined where the input does not hold their pods. */
  gateways?: readonly Workload[];
  backends: Backend[];
}

interface RouteDestination {
  destination?: { host?: string; port?: { number?: number } };
}

/** VirtualServices of Istio's Gateways, and routes of the Gateway API. */
function throughGateways(world: World): ThroughGateways[] {
  return [
    ...world.ofKind("networking.istio.io/VirtualService").flatMap((object) => ofVirtualService(world, object)),
    ...["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"].flatMap((kind) =>
      world.ofKind(`gateway.networking.k8s.io/${kind}`).flatMap((object) => ofRoute(world, object)),
    ),
  ];
}

function ofVirtualService(world: World, object: KubernetesObject): ThroughGateways[] {
  const { gateways = [], ...routes } = (object.spec ?? {}) as { gateways?: string[] } & Partial<
    Record<"http" | "tcp" | "tls", { route?: RouteDestination[] }[]>
  >;
  const bound = gateways.flatMap((name) => {
    const [last = "", namespace = namespaceOf(object)] = name.split("/").reverse();
    return world.inNamespace("networking.istio.io/Gateway", namespace).filter(({ metadata }) => metadata.name === last);
  });
  if (bound.length === 0) return [];
  const pods = world.workloads.filter(
    ({ gateway, labels }) =>
      gateway && bound.some(({ spec }) => hasLabels(labels, (spec as { selector?: Record<string, string> }).selector)),
  );
  const destinations = [...(routes.http ?? []), ...(routes.tcp ?? []), ...(routes.tls ?? [])].flatMap(
    ({ route = [] }) => route.flatMap(({ destination }) => destination ?? []),
  );
  const backends = destinations.flatMap(({ host = "", port }) => {
    const [service = "", namespace = namespaceOf(object)] = host.split(".");
    return { namespace, service, port: port?.number };
  });
  return [{ object, gateways: pods.length > 0 ? pods : undefined, backends }];
}

interface GatewayRoute {
  parentRefs?: { kind?: string; name?: string; namespace?: string }[];
  rules?: { backendRefs?: { kind?: string; name?: string; namespace?: string; port?: number }[] }[];
}

function ofRoute(world: World, object: KubernetesObject): ThroughGateways[] {
  const { parentRefs = [], rules = [] } = (object.spec ?? {}) as GatewayRoute;
  const own = namespaceOf(object);
  const parents = parentRefs.filter(({ kind }) => (kind ?? "Gateway") === "Gateway");
  if (parents.length === 0) return [];
  const pods = world.workloads.filter(({ gateway, namespace, labels }) =>
    parents.some(
      (parent) =>
        gateway &&
        namespace === (parent.namespace ?? own) &&
        labels["gateway.networking.k8s.io/gateway-name"] === parent.name,
    ),
  );
  const backends = rules
    .flatMap(({ backendRefs = [] }) => backendRefs)
    .flatMap(({ kind, name, namespace = own, port }) =>
      name !== undefined && (kind ?? "Service") === "Service" ? { namespace, service: name, port } : [],
    );
  return [{ object, gateways: pods.length > 0 ? pods : undefined, backends }];
}
