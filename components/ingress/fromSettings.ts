import type { IngressSettings } from "../../settings/ingress.js";
import type { HttpsIngressSpec, ServingGateway } from "./httpsIngress.js";
import type { IngressGatewayArgs } from "./ingressGateway.js";

/** The gateway the settings ask for; undefined when they use one that exists. */
export function ingressGatewayArgs({ gateway }: IngressSettings): IngressGatewayArgs | undefined {
  const { create, name, selector, namespace, replicas, type } = gateway;
  return create ? { gateway: name, namespace, selector, replicas, type } : undefined;
}

function servingGateway({ gateway }: IngressSettings): ServingGateway {
  return { namespace: gateway.namespace, selector: gateway.selector ?? { istio: gateway.name } };
}

/** Each host as its component takes it. */
export function httpsIngressSpecs(settings: IngressSettings): HttpsIngressSpec[] {
  return settings.hosts.map(({ name, kind, className, ...host }) => ({
    ...host,
    entry: name,
    via: kind === "mesh" ? { gateway: servingGateway(settings) } : { className },
  }));
}
