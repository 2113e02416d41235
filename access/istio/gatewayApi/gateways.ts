import { knownLabels, matchesSelector } from "../../model/labels.js";
import { generatedFrom, type Origin } from "../../model/generated.js";
import type { KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import type { Labels, Server } from "../config/shapes.js";
import type { GatewayListener, KubernetesGatewaySpec } from "./shapes.js";

/** The label by which pods and Services of a gateway are found. */
export const gatewayNameLabel = "gateway.networking.k8s.io/gateway-name";

const gatewayKind = "gateway.networking.k8s.io/Gateway";
const controller = "istio.io/gateway-controller";

/** A Gateway of the Gateway API that Istio serves. */
export interface KubernetesGateway {
  object: KubernetesObject;
  spec: KubernetesGatewaySpec;
  namespace: string;
  /** Labels of the pods that serve it. */
  selector: Labels;
  /** Istio deploys these pods itself. */
  managed: boolean;
}

/** Gateways of classes that Istio's controller serves. Waypoints are of another class. */
export function gatewaysOf(index: ObjectIndex): KubernetesGateway[] {
  const classes = new Set(
    index
      .ofKind("gateway.networking.k8s.io/GatewayClass")
      .filter(({ spec }) => (spec as { controllerName?: string } | undefined)?.controllerName === controller)
      .map(({ metadata }) => metadata.name),
  );
  return index.ofKind(gatewayKind).flatMap((object) => {
    const spec = (object.spec ?? {}) as KubernetesGatewaySpec;
    if (spec.gatewayClassName !== "istio" && !classes.has(spec.gatewayClassName ?? "")) return [];
    const namespace = namespaceOf(object);
    const service = serviceOf(object, spec, index);
    const selector = service ?? { [gatewayNameLabel]: object.metadata.name };
    return [{ object, spec, namespace, selector, managed: service === undefined }];
  });
}

/** The selector of the Service that an address names in place of pods of the gateway's own: gatewaycommon/gateway_utils.go. */
function serviceOf(object: KubernetesObject, { addresses = [] }: KubernetesGatewaySpec, index: ObjectIndex) {
  const [first] = addresses;
  if (!first || (addresses.length === 1 && (first.type ?? "IPAddress") === "IPAddress")) return undefined;
  const name = (addresses.find(({ type }) => type === "Hostname")?.value ?? "").split(".")[0];
  const service = index.inNamespace("Service", namespaceOf(object)).find(({ metadata }) => metadata.name === name);
  return (service?.spec as { selector?: Labels } | undefined)?.selector ?? {};
}

/** What Istio's controllers make of a Gateway: a Deployment, a Service, and an Istio Gateway for each listener. */
export function objectsOf(gateway: KubernetesGateway, index: ObjectIndex): KubernetesObject[] {
  const { spec } = gateway;
  const servers = (spec.listeners ?? []).flatMap(
    (listener, place) => istioGateway(gateway, listener, place, index) ?? [],
  );
  return [...(gateway.managed ? deployed(gateway, index) : []), ...servers];
}

/** The Deployment and the Service of a gateway, unless the input holds them: files/kube-gateway.yaml of istiod's chart. */
function deployed({ object, spec, namespace }: KubernetesGateway, index: ObjectIndex): KubernetesObject[] {
  const { annotations = {}, labels = {}, name } = object.metadata;
  const { infrastructure } = spec;
  const own = annotations["gateway.istio.io/name-override"] ?? `${name}-${spec.gatewayClassName ?? ""}`;
  const origin: Origin = { object, fieldOf: () => "spec" };
  const selector = { [gatewayNameLabel]: name };
  const isHeld = (kind: string) => index.inNamespace(kind, namespace).some(({ metadata }) => metadata.name === own);
  const made = (apiVersion: string, kind: string, body: unknown): KubernetesObject =>
    generatedFrom(origin, {
      apiVersion,
      kind,
      metadata: { ...creation(object), name: own, namespace, labels: selector },
      spec: body,
      source: object.source,
    });
  const podLabels = { "sidecar.istio.io/inject": "false", ...labels, ...infrastructure?.labels, ...selector };
  const podAnnotations = { ...infrastructure?.annotations, "istio.io/rev": labels["istio.io/rev"] ?? "default" };
  const proxy = { name: "istio-proxy", args: ["proxy", "router"] };
  const template = {
    metadata: { labels: podLabels, annotations: podAnnotations },
    spec: { serviceAccountName: annotations["gateway.istio.io/service-account"] ?? own, containers: [proxy] },
  };
  return [
    ...(isHeld("apps/Deployment") ? [] : [made("apps/v1", "Deployment", { template })]),
    ...(isHeld("Service") ? [] : [made("v1", "Service", { selector, ports: servicePorts(spec.listeners ?? []) })]),
  ];
}

function servicePorts(listeners: readonly GatewayListener[]): object[] {
  const byNumber = new Map(listeners.map((listener) => [listener.port, listener]));
  return [...byNumber.values()].map(({ name, port, protocol = "" }) => ({
    name,
    port,
    targetPort: port,
    appProtocol: protocol.toLowerCase(),
  }));
}

function creation({ metadata }: KubernetesObject): { creationTimestamp?: string } {
  return metadata.creationTimestamp === undefined ? {} : { creationTimestamp: metadata.creationTimestamp };
}

/** The name of the Istio Gateway that stands for a listener. */
export function listenerName({ object }: KubernetesGateway, { name = "" }: GatewayListener): string {
  return `${object.metadata.name}-istio-autogenerated-k8s-gateway-${name}`;
}

/** A listener as a server of Istio: pilot/pkg/config/kube/gateway/conversion.go, buildListener. */
function istioGateway(
  gateway: KubernetesGateway,
  listener: GatewayListener,
  place: number,
  index: ObjectIndex,
): KubernetesObject | undefined {
  const { object, namespace, selector } = gateway;
  const { port, protocol = "", hostname = "*", tls } = listener;
  if ((protocol === "TLS" || protocol === "HTTPS") && !tls) return undefined;
  const server: Server = {
    port: { number: port, name: "default", protocol },
    hosts: allowedNamespaces(gateway, listener, index).map((place) => `${place}/${hostname}`),
    ...(tls ? { tls: serverTls(tls) } : {}),
  };
  const origin: Origin = { object, fieldOf: (field) => listenerField(field, place) };
  return generatedFrom(origin, {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { ...creation(object), name: listenerName(gateway, listener), namespace },
    spec: { selector, servers: [server] },
    source: object.source,
  });
}

function listenerField(field: string, place: number): string {
  return field
    .replace(/^spec\.servers\[0\]/, `spec.listeners[${place}]`)
    .replace(/\.port\.protocol$/, ".protocol")
    .replace(/\.hosts$/, ".hostname");
}

function serverTls({ mode = "Terminate", options = {}, certificateRefs = [] }: NonNullable<GatewayListener["tls"]>) {
  if (mode === "Passthrough") return { mode: "PASSTHROUGH" as const };
  const asked = options["gateway.istio.io/tls-terminate-mode"];
  const own = (["MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"] as const).find((one) => one === asked);
  return { mode: own ?? ("SIMPLE" as const), credentialName: certificateRefs[0]?.name };
}

/** Namespaces whose routes a listener takes; `~` for none. */
export function allowedNamespaces(
  { namespace }: KubernetesGateway,
  { allowedRoutes }: GatewayListener,
  index: ObjectIndex,
): string[] {
  const { from = "Same", selector } = allowedRoutes?.namespaces ?? {};
  if (from === "Same") return [namespace];
  if (from === "None") return ["~"];
  if (from === "All" || !selector) return ["*"];
  const found = [...index.namespaces.values()].filter(
    ({ labels }) => matchesSelector(selector, knownLabels(labels)) === true,
  );
  return found.length > 0 ? found.map(({ name }) => name) : ["~"];
}
