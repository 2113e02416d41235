import type { Stage } from "./stage.js";

/** A page behind the cluster's ingress gateway. */
export function ingressUrl(host: string, path = "/"): string {
  return `https://${host}${path}`;
}

/** curl's options for a host that is reached at the ingress gateway's Service, with its certificate checked. */
export function throughIngress(host: string): (stage: Stage) => Promise<readonly string[]> {
  return async ({ kubectl, outside }) => {
    const address = await serviceAddress(kubectl, "istio-ingress", "ingressgateway");
    return ["--cacert", outside.caFile, "--connect-to", `${host}:443:${address}:443`];
  };
}

/** The cluster's address of a Service. */
export async function serviceAddress(kubectl: Stage["kubectl"], namespace: string, name: string): Promise<string> {
  return kubectl(["get", "service", "-n", namespace, name, "-o", "jsonpath={.spec.clusterIP}"]);
}
