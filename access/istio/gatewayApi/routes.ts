import { generatedFrom } from "../../model/generated.js";
import type { KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import type { RouteDestination } from "../config/shapes.js";
import { hostsMatch, isSubsetOf } from "../registry/hostname.js";
import { allowedNamespaces, listenerName, type KubernetesGateway } from "./gateways.js";
import type { BackendRef, GatewayListener, KubernetesRouteSpec, ParentRef } from "./shapes.js";

/** Routes of connections. Those of HTTP end at listeners of HTTP, which are not modelled. */
const kinds = ["TCPRoute", "TLSRoute"] as const;

/** The VirtualServices that Istio makes of routes that are bound to gateways: pilot/pkg/config/kube/gateway/route_collections.go. */
export function routesOf(
  gateways: readonly KubernetesGateway[],
  index: ObjectIndex,
  clusterDomain: string,
): KubernetesObject[] {
  return kinds.flatMap((kind) =>
    index
      .ofKind(`gateway.networking.k8s.io/${kind}`)
      .flatMap((route) =>
        gateways.flatMap((gateway) =>
          (gateway.spec.listeners ?? []).flatMap((listener) =>
            virtualService({ route, kind, gateway, listener }, index, clusterDomain),
          ),
        ),
      ),
  );
}

interface Binding {
  route: KubernetesObject;
  kind: (typeof kinds)[number];
  gateway: KubernetesGateway;
  listener: GatewayListener;
}

function virtualService(binding: Binding, index: ObjectIndex, clusterDomain: string): KubernetesObject[] {
  const { route, kind, gateway, listener } = binding;
  const spec = (route.spec ?? {}) as KubernetesRouteSpec;
  const namespace = namespaceOf(route);
  if (!(spec.parentRefs ?? []).some((parent) => isBound(parent, namespace, binding)) || !takes(listener, kind))
    return [];
  const allowed = allowedNamespaces(gateway, listener, index);
  if (!allowed.includes("*") && !allowed.includes(namespace)) return [];
  const hosts = kind === "TCPRoute" ? ["*"] : commonHosts(spec.hostnames ?? ["*"], listener.hostname ?? "*");
  if (hosts.length === 0) return [];
  const rules = (spec.rules ?? []).map(({ backendRefs = [] }) => ({
    route: backendRefs.map((backend) => destination(backend, namespace, clusterDomain)),
  }));
  // A server that ends TLS has connections without a name behind it, whatever kind of route is bound to it.
  const byName = listener.tls?.mode === "Passthrough";
  const body = byName ? { tls: rules.map((rule) => ({ ...rule, match: [{ sniHosts: hosts }] })) } : { tcp: rules };
  const fieldOf = (field: string): string => field.replace(/^spec\.(tls|tcp)\[(\d+)\].*/, "spec.rules[$2]");
  const { creationTimestamp } = route.metadata;
  return [
    generatedFrom(
      { object: route, fieldOf },
      {
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: {
          name: `${route.metadata.name}~${kind}~${listenerName(gateway, listener)}`,
          namespace,
          ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
        },
        spec: { hosts, gateways: [`${gateway.namespace}/${listenerName(gateway, listener)}`], ...body },
        source: route.source,
      },
    ),
  ];
}

function isBound(
  { kind = "Gateway", ...parent }: ParentRef,
  routeNamespace: string,
  { gateway, listener }: Binding,
): boolean {
  const { object, namespace } = gateway;
  return (
    kind === "Gateway" &&
    parent.name === object.metadata.name &&
    (parent.namespace ?? routeNamespace) === namespace &&
    (parent.sectionName === undefined || parent.sectionName === listener.name) &&
    (parent.port === undefined || parent.port === listener.port)
  );
}

/** The kinds of routes that a listener takes: gatewaycommon/conversion.go, GenerateGatewaySupportedKinds. */
function takes({ protocol, tls, allowedRoutes }: GatewayListener, kind: string): boolean {
  const terminates = protocol === "TLS" && tls?.mode === "Terminate";
  const fits = kind === "TLSRoute" ? protocol === "TLS" : protocol === "TCP" || terminates;
  const allowed = allowedRoutes?.kinds ?? [];
  return fits && (allowed.length === 0 || allowed.some((one) => one.kind === kind));
}

/** Of a route's names and a listener's, the narrower ones. */
function commonHosts(names: readonly string[], listener: string): string[] {
  return names.flatMap((name) => (hostsMatch(name, listener) ? [isSubsetOf(name, listener) ? name : listener] : []));
}

function destination(
  { group = "", kind = "Service", name = "", ...ref }: BackendRef,
  namespace: string,
  domain: string,
) {
  const host = kind === "Hostname" && group !== "" ? name : `${name}.${ref.namespace ?? namespace}.svc.${domain}`;
  const found: RouteDestination = { destination: { host, port: { number: ref.port } }, weight: ref.weight ?? 1 };
  return found;
}
