import type { Manifest } from "../manifest.js";

const rootNamespace = "istio-system";

/** Proxies take the switch when they are injected. The cloud's API has no field for it, Istio's own resource does. */
export function dnsCaptureConfig(): Manifest & { spec: object } {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ProxyConfig",
    metadata: { name: "dns-capture", namespace: rootNamespace },
    spec: { environmentVariables: { ISTIO_META_DNS_CAPTURE: "true" } },
  };
}
