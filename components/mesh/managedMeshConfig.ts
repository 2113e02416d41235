import type { Manifest } from "../manifest.js";

/**
 * Options of the managed control plane, as JSON in one key. It reads them from this ConfigMap whatever the channel.
 *
 * Source: https://docs.cloud.google.com/service-mesh/docs/enable-optional-features-managed, the caution on TRAFFIC_DIRECTOR.
 */
export function managedMeshConfig(args: {
  outboundTrafficPolicy: string;
  dnsCapture: boolean;
  accessLog: boolean;
}): Manifest & { data: { mesh: string } } {
  const mesh = {
    outboundTrafficPolicy: { mode: args.outboundTrafficPolicy },
    ...(args.accessLog ? { accessLogFile: "/dev/stdout", accessLogEncoding: "JSON" } : {}),
    defaultConfig: {
      // An application that starts before its proxy would find its database unreachable and may give up.
      holdApplicationUntilProxyStarts: true,
      ...(args.dnsCapture ? { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } } : {}),
    },
  };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio-asm-managed-rapid", namespace: "istio-system" },
    data: { mesh: JSON.stringify(mesh) },
  };
}
