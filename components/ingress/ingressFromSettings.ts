import type { ClusterSettings } from "../../settings/cluster.js";
import type { IngressSettings } from "../../settings/ingress.js";
import type { HttpsIngressSpec, ServingGateway } from "./httpsIngress.js";
import type { IngressGatewayArgs } from "./ingressGateway.js";

/** Where the ingress is: a cluster that exists may have no load balancers. */
type Place = Pick<ClusterSettings, "cloud">;

function waitsForAddress({ waitForAddress }: IngressSettings, { cloud }: Place): boolean {
  return waitForAddress ?? cloud !== "existing";
}

/** The gateway the settings ask for; undefined when they use one that exists. */
export function ingressGatewayArgs(settings: IngressSettings, place: Place): IngressGatewayArgs | undefined {
  const { create, name, selector, namespace, replicas, type } = settings.gateway;
  const waitForAddress = waitsForAddress(settings, place);
  return create ? { gateway: name, namespace, selector, replicas, type, waitForAddress } : undefined;
}

function servingGateway({ gateway }: IngressSettings): ServingGateway {
  return { namespace: gateway.namespace, selector: gateway.selector ?? { istio: gateway.name } };
}

/** Each host as its component takes it. */
export function httpsIngressSpecs(settings: IngressSettings, place: Place): HttpsIngressSpec[] {
  return settings.hosts.map(({ name, kind, className, ...host }) => ({
    ...host,
    entry: name,
    waitForAddress: waitsForAddress(settings, place),
    via: kind === "mesh" ? { gateway: servingGateway(settings) } : { className },
  }));
}
