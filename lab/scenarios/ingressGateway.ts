import type { Stage } from "./stage.js";

/** A page behind the cluster's ingress gateway. */
export function ingressUrl(host: string, path = "/"): string {
  return `https://${host}${path}`;
}

/** curl's options for a host that is reached at the ingress gateway's load balancer, with its certificate checked. */
export function throughIngress(host: string): (stage: Stage) => Promise<readonly string[]> {
  return async ({ kubectl, outside }) => {
    const address = await loadBalancerAddress(kubectl, "istio-ingress", "ingressgateway");
    return ["--cacert", outside.caFile, "--connect-to", `${host}:443:${address}:443`];
  };
}

/** The address at which a Service of type LoadBalancer answers outside the cluster. */
export async function loadBalancerAddress(kubectl: Stage["kubectl"], namespace: string, name: string): Promise<string> {
  const path = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  return kubectl(["get", "service", "-n", namespace, name, "-o", path]);
}
